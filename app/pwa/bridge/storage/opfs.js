// The store's files as OPFS sync access handles: written through, one for each name, held exclusively.
const FOLDER = "kring";
const PATIENCE = 5000; // ms: a worker that was just ended may still hold its handles for a moment
const PAUSE = 50;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function available() {
  return (
    typeof navigator.storage?.getDirectory === "function" &&
    typeof globalThis.FileSystemFileHandle?.prototype?.createSyncAccessHandle === "function"
  );
}

async function exclusive(file, patience) {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      if (error.name !== "NoModificationAllowedError" || performance.now() > until) throw error;
      await wait(PAUSE);
    }
  }
}

class HandleFile {
  constructor(handle) {
    this.handle = handle;
    this.exists = handle.getSize() > 0;
  }
  size() {
    return this.handle.getSize();
  }
  read(into, at) {
    return this.handle.read(into, { at });
  }
  write(from, at) {
    return this.handle.write(from, { at });
  }
  truncate(size) {
    this.handle.truncate(size);
  }
  sync() {
    this.handle.flush();
  }
}

// The files of one store, by suffix. Throws a DOMException: NoModificationAllowedError where another holds them.
export async function open(name, suffixes, patience = PATIENCE) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const handles = [];
  try {
    for (const suffix of suffixes) {
      const file = await folder.getFileHandle(name + suffix, { create: true });
      handles.push(await exclusive(file, patience));
    }
  } catch (error) {
    for (const handle of handles) handle.close();
    throw error;
  }
  const files = new Map(suffixes.map((suffix, index) => [suffix, new HandleFile(handles[index])]));
  return {
    files,
    async durable() {
      for (const handle of handles) handle.flush();
    },
    async close() {
      for (const handle of handles) handle.close();
    },
  };
}
