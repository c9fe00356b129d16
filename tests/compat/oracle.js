// What the engine's own library says, to compare Kring's decoder and conflicts with.
import { decodeChange, getBackend, init as empty, initializeWasm } from "@automerge/automerge/slim";

import { pack, unpack } from "../../app/pwa/bridge/crypto.js";

const answer = (value) => pack([new TextEncoder().encode(JSON.stringify(value))]);
const plain = (_key, value) => (typeof value === "bigint" ? Number(value) : value);
let Engine;

function live(saved) {
  const engine = Engine.new(null);
  engine.loadIncremental(saved);
  const found = [];
  const waiting = ["_root"];
  while (waiting.length) {
    const obj = waiting.pop();
    for (const key of engine.keys(obj)) {
      const values = engine.getAll(obj, key);
      for (const [kind, value] of values) if (kind === "map") waiting.push(value);
      found.push([obj, key, values.map(([kind, value, id]) => (kind === "map" || kind === "text" ? value : id))]);
    }
  }
  return found;
}

export const port = {
  async init(wasm) {
    await initializeWasm(wasm);
    Engine = getBackend(empty()).constructor;
  },
  decode: (packed) => answer(JSON.parse(JSON.stringify(unpack(packed).map(decodeChange), plain))),
  live: (packed) => answer(live(unpack(packed)[0])),
};
