// A picture of Python's memory just after its imports, made on this device once for each version and then
// started from: that skips nearly all of Python's start. It holds code only: it is made by a worker of its
// own that never sees a key or a document. Made here, it is of this device's own hash seed too.
const NAME = "kring-python";
const address = `/python-memory/${__PYTHON__}`;

export async function find() {
  try {
    const kept = await caches.open(NAME).then((cache) => cache.match(address));
    return kept && new Uint8Array(await kept.arrayBuffer());
  } catch {
    return undefined;
  }
}

export async function forget() {
  await caches.delete(NAME);
}

export async function keep(snapshot) {
  await forget();
  const cache = await caches.open(NAME);
  await cache.put(address, new Response(snapshot));
}

// Pyodide restores into the memory that it starts with, which is smaller than a snapshot's: let it grow first.
export function grown(create, snapshot) {
  return async (settings) => {
    const module = await create(settings);
    if (module.HEAP8.length < snapshot.length) module._malloc(snapshot.length);
    module.HEAP8.fill(0);
    return module;
  };
}
