// The little that the page itself keeps: IndexedDB database `kring`, written with strict durability.
const STORES = ["vault", "files", "blocks"];
let opening;

export function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("kring", 1);
    request.onupgradeneeded = () => {
      for (const name of STORES) request.result.createObjectStore(name);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  return opening;
}

export async function getRecord(store, key) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const request = db.transaction(store).objectStore(store).get(key);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function write(store, work) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, "readwrite", { durability: "strict" });
    work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
  });
}

export const setRecord = (store, key, value) => write(store, (records) => records.put(value, key));

// Never replaces what is there: a vault key that is gone is gone for good.
export const addRecord = (store, key, value) => write(store, (records) => records.add(value, key));

// In one transaction, so a crash leaves one of the two whole; resolves to false where something else stood there.
export async function replaceRecord(store, key, known, value) {
  let same = false;
  await write(store, (records) => {
    const request = records.get(key);
    request.onsuccess = () => {
      same = request.result === known;
      if (same) records.put(value, key);
    };
  });
  return same;
}
