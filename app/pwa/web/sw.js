// Kring's service worker: the whole app is in one cache per version, and every start comes from there.
// A new version is fetched whole into its own cache and takes over at the next start; what was already
// here under the same hash is copied, not fetched, so an interrupted update goes on where it stopped.
const VERSION = __VERSION__;
const FILES = __FILES__; // [path, size, sha256 base64, condition]
const ALIASES = __ALIASES__; // [prefix of paths, the one file that answers those that are not there]
const NEUTRAL = "/memo.html"; // the page of the quick exit (away.js); every other address is the app
const PREFIX = "kring-v-";
const CACHE = PREFIX + VERSION;
const AT_ONCE = 4;

const wanted = FILES.filter(([, , , condition]) => {
  const chromium = Boolean(self.Intl?.v8BreakIterator); // as flutter.js chooses
  return !condition || (condition === "chromium") === chromium;
});
const known = new Map(wanted.map((file) => [file[0], file]));

async function tell(message) {
  for (const client of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    client.postMessage(message);
  }
}

async function hash(buffer) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  return btoa(String.fromCharCode(...digest));
}

async function hashesOf(name) {
  const list = await (await caches.open(name)).match("/.hashes");
  return list ? new Map(Object.entries(await list.json())) : new Map();
}

// Files that an older (or half-fetched) cache holds under the same hash.
async function alreadyHere() {
  const found = new Map();
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    for (const [path, digest] of await hashesOf(name)) found.set(digest, [name, path]);
  }
  return found;
}

async function read(response, onBytes) {
  const chunks = [];
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks).arrayBuffer();
    chunks.push(value);
    onBytes(value.length);
  }
}

async function fetchAll() {
  const cache = await caches.open(CACHE);
  const here = await alreadyHere();
  const have = await hashesOf(CACHE);
  const total = wanted.reduce((sum, [, size]) => sum + size, 0);
  let done = 0;
  let told = 0;
  const count = (bytes) => {
    done += bytes;
    if (Date.now() - told < 100 && done < total) return;
    told = Date.now();
    tell({ kind: "download", done, total });
  };
  const remember = async (path, digest) => {
    have.set(path, digest);
    await cache.put("/.hashes", new Response(JSON.stringify(Object.fromEntries(have))));
  };

  async function one([path, size, digest]) {
    const [name, oldPath] = here.get(digest) ?? [];
    const old = name && (await (await caches.open(name)).match(oldPath));
    if (old) {
      if (name !== CACHE || oldPath !== path) await cache.put(path, old);
      count(size);
    } else {
      const response = await fetch(path, { cache: "no-cache", credentials: "same-origin" });
      if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
      const copy = response.clone();
      const [content] = await Promise.all([read(copy, count), cache.put(path, response)]);
      if ((await hash(content)) !== digest) {
        await cache.delete(path);
        throw new Error(`${path}: another version than was announced`);
      }
    }
    await remember(path, digest);
  }

  const queue = [...wanted];
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let file = queue.shift(); file; file = queue.shift()) await one(file);
  });
  await Promise.all(lanes);
}

self.addEventListener("install", (event) => {
  event.waitUntil(
    fetchAll().catch(async (error) => {
      await tell({ kind: "download-failed", text: String(error) });
      throw error;
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  if (event.data?.kind !== "take-over") return;
  event.waitUntil(
    (async () => {
      // A page that is being left still counts for a moment; another tab counts for longer.
      for (let attempt = 0; attempt < 10; attempt++) {
        const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
        if (windows.length <= 1) return self.skipWaiting();
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return event.source?.postMessage({ kind: "take-over-later" });
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const alias = known.has(url.pathname) ? undefined : ALIASES.find(([prefix]) => url.pathname.startsWith(prefix));
  const navigation = event.request.mode === "navigate" && !url.pathname.startsWith("/api/");
  const path = navigation && url.pathname !== NEUTRAL ? "/" : (alias?.[1] ?? url.pathname);
  if (!known.has(path)) return;
  event.respondWith(
    (async () => (await (await caches.open(CACHE)).match(path)) ?? fetch(event.request))(),
  );
});
