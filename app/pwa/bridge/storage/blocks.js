// The store's files in memory, in blocks; `durable` writes the blocks that changed in one transaction of
// IndexedDB, so what a start finds is always the whole of some `durable` and never half of one.
import { database } from "../../web/database.js";

const BLOCK = 4096;

class BlockFile {
  constructor(size, blocks) {
    this.bytes = size;
    this.blocks = blocks;
    this.dirty = new Set();
    this.exists = size > 0;
    this.changed = false;
  }
  size() {
    return this.bytes;
  }
  read(into, at) {
    const length = Math.max(0, Math.min(into.length, this.bytes - at));
    for (let done = 0; done < length; ) {
      const start = (at + done) % BLOCK;
      const part = Math.min(BLOCK - start, length - done);
      const block = this.blocks.get(Math.floor((at + done) / BLOCK));
      if (block) into.set(block.subarray(start, start + part), done);
      else into.fill(0, done, done + part);
      done += part;
    }
    return length;
  }
  write(from, at) {
    for (let done = 0; done < from.length; ) {
      const index = Math.floor((at + done) / BLOCK);
      const start = (at + done) % BLOCK;
      const part = Math.min(BLOCK - start, from.length - done);
      let block = this.blocks.get(index);
      if (!block) this.blocks.set(index, (block = new Uint8Array(BLOCK)));
      block.set(from.subarray(done, done + part), start);
      this.dirty.add(index);
      done += part;
    }
    this.bytes = Math.max(this.bytes, at + from.length);
    this.changed = true;
    return from.length;
  }
  truncate(size) {
    const first = Math.ceil(size / BLOCK);
    if (size < this.bytes) {
      for (let index = first; index < Math.ceil(this.bytes / BLOCK); index++) {
        this.blocks.delete(index);
        this.dirty.add(index);
      }
      const edge = this.blocks.get(first - 1);
      if (edge && size % BLOCK) {
        edge.fill(0, size % BLOCK);
        this.dirty.add(first - 1);
      }
    }
    this.bytes = size;
    this.changed = true;
  }
  sync() {}
}

async function load(db, name) {
  const transaction = db.transaction(["files", "blocks"]);
  const range = IDBKeyRange.bound([name], [name, []]);
  const ask = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const blocks = transaction.objectStore("blocks");
  const [size, keys, values] = await Promise.all([
    ask(transaction.objectStore("files").get(name)),
    ask(blocks.getAllKeys(range)),
    ask(blocks.getAll(range)),
  ]);
  return new BlockFile(size ?? 0, new Map(keys.map(([, index], at) => [index, values[at]])));
}

const held = new Set();

async function lock(name) {
  if (!navigator.locks) return () => held.delete(name);
  return new Promise((resolve, reject) => {
    const granted = (lock) => {
      if (!lock) {
        reject(new DOMException(name, "NoModificationAllowedError"));
        return undefined;
      }
      return new Promise((release) => resolve(release));
    };
    navigator.locks.request(`kring.blocks.${name}`, { ifAvailable: true }, granted).catch(reject);
  });
}

export async function open(name, suffixes) {
  if (held.has(name)) throw new DOMException(name, "NoModificationAllowedError");
  const release = await lock(name);
  held.add(name);
  const db = await database();
  const files = new Map();
  for (const suffix of suffixes) files.set(suffix, await load(db, name + suffix));
  let last = Promise.resolve();

  function save() {
    const changed = [...files].filter(([, file]) => file.changed);
    if (!changed.length) return Promise.resolve();
    const taken = changed.map(([, file]) => [file, file.dirty]);
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(["files", "blocks"], "readwrite", { durability: "strict" });
      const blocks = transaction.objectStore("blocks");
      for (const [suffix, file] of changed) {
        transaction.objectStore("files").put(file.bytes, name + suffix);
        for (const index of file.dirty) {
          const block = file.blocks.get(index);
          if (block) blocks.put(block, [name + suffix, index]);
          else blocks.delete([name + suffix, index]);
        }
        file.dirty = new Set();
        file.changed = false;
      }
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => {
        for (const [file, dirty] of taken) {
          for (const index of dirty) file.dirty.add(index);
          file.changed = true;
        }
        reject(transaction.error ?? new DOMException("aborted", "AbortError"));
      };
    });
  }

  return {
    files,
    durable() {
      last = last.catch(() => {}).then(save);
      return last;
    },
    async close() {
      await last.catch(() => {});
      held.delete(name);
      release();
    },
  };
}
