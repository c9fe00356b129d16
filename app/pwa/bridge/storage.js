// The store's file: in OPFS, or in IndexedDB where OPFS cannot be written. Python mounts it and opens SQLite on it.
import { addRecord, getRecord, replaceRecord, setRecord } from "../web/database.js";
import * as blocks from "./storage/blocks.js";
import { mount } from "./storage/filesystem.js";
import * as opfs from "./storage/opfs.js";

const SUFFIXES = ["", "-journal", "-wal"];
const forms = { opfs, indexeddb: blocks };
let python;
let mounts = 0;

export const attach = (runtime) => (python = runtime);

async function openIn(name, form, patience) {
  if (form !== "opfs") return blocks.open(name, SUFFIXES);
  return opfs.open(name, SUFFIXES, patience);
}

// A store keeps the form it was first written in: an empty one of the other form would look like loss.
async function openSomewhere(name, wanted, patience) {
  const key = `${name}/form`;
  const known = await getRecord("files", key);
  if (known) return [known, await openIn(name, known, patience)];
  let form = wanted ?? (opfs.available() ? "opfs" : "indexeddb");
  let store;
  try {
    store = await openIn(name, form, patience);
  } catch (error) {
    if (wanted || form !== "opfs" || error.name === "NoModificationAllowedError") throw error;
    form = "indexeddb"; // OPFS is there but may not be used, as in some private windows
    store = await openIn(name, form, patience);
  }
  await setRecord("files", key, form);
  return [form, store];
}

export const port = {
  // Opens the store `name` and mounts it; `path` is where SQLite finds it.
  async open(name, wanted, patience) {
    if (wanted && !(wanted in forms)) throw new TypeError(wanted);
    const [form, store] = await openSomewhere(name, wanted, patience);
    const point = `/store/${++mounts}`;
    mount(python, point, store, name);
    return {
      path: `${point}/${name}`,
      form,
      durable: () => store.durable(),
      async close() {
        python.FS.unmount(point);
        await store.close();
      },
    };
  },
  async estimate() {
    const { usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    return { used: usage, persisted: (await navigator.storage?.persisted?.()) ?? false };
  },
  readVault: () => getRecord("vault", "vault"),
  writeVault: (record) => addRecord("vault", "vault", record),
  // Resolves to whether `known` stood there, and so was replaced.
  replaceVault: (known, record) => replaceRecord("vault", "vault", known, record),
};
