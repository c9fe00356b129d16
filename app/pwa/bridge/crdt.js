// The Crdt port in a browser: @automerge/automerge's wasm class, without its proxies. Runs in node too, for tests.
// Each function takes one packed list of byte strings and gives one back, so that a batch crosses once;
// platform/browser/crdt.py packs and unpacks. Positions in texts come and go as code points; the engine here
// counts UTF-16 units. A document is named by a number, because what Python holds of JavaScript is never freed.
import { getBackend, init as empty, initializeWasm } from "@automerge/automerge/slim";

import { pack, unpack } from "./crypto.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const documents = new Map();
let Engine;
let made = 0;

const utf8 = (text) => encoder.encode(text);
const words = (bytes) => decoder.decode(bytes);
const number = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

// A live document, and what it would need to be made again: the last saved bytes and every chunk since.
class Live {
  constructor(saved) {
    this.saved = saved;
    this.since = [];
    this.engine = this.load();
  }

  load() {
    const engine = Engine.new(null);
    if (this.saved.length) engine.loadIncremental(this.saved);
    if (this.since.length) engine.applyChanges(this.since);
    return engine;
  }

  heads() {
    return this.engine.getHeads().sort();
  }

  apply(heads, texts, changes) {
    try {
      this.engine.applyChanges(changes);
      if (this.heads().join() !== heads.join()) throw new Error("the engine did not take every change");
      const found = texts.map((text) => this.engine.text(text));
      this.since.push(...changes);
      return found;
    } catch (error) {
      this.engine = this.load();
      throw error;
    }
  }

  save() {
    this.saved = this.engine.save();
    this.since = [];
    return this.saved;
  }
}

function* entries(engine, top) {
  const waiting = [top];
  while (waiting.length) {
    const obj = waiting.pop();
    for (const key of engine.keys(obj)) {
      const found = engine.getAll(obj, key).at(-1);
      const [kind, value] = found;
      if (kind === "map") waiting.push(value);
      if (kind === "map" || kind === "text") yield [obj, key, value, kind, kind === "text" ? engine.text(value) : null];
      else yield [obj, key, found[2], kind, written(kind, value)];
    }
  }
}

// JSON has no bytes and no BigInt (from 2**53), and writes 1.0 as 1 and -0.0 as 0.
function written(kind, value) {
  if (kind === "bytes") return hex(value);
  if (kind === "int") return String(value);
  if (kind === "f64") return Object.is(value, -0) ? "-0.0" : String(value);
  return value;
}

// The UTF-16 position of each of the code points `start` to `end`.
function positions(text, start, end) {
  const found = [];
  let unit = 0;
  for (let point = 0; point < end && unit < text.length; point++) {
    if (point >= start) found.push(unit);
    unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
  }
  return found;
}

function elements(engine, obj, start, end) {
  if (start === end) return [];
  const found = positions(engine.text(obj), start, end);
  if (found.length !== end - start) throw new RangeError("no such character");
  return found.map((position) => engine.getCursor(obj, position));
}

function live(id) {
  const found = documents.get(number(id));
  if (!found) throw new RangeError("no such document");
  return found;
}

function answering(work) {
  return (packed) => pack(work(...unpack(packed)));
}

// Takes the wasm as a URL or as its bytes, or finds it beside the bundled bridge; must have resolved before
// anything else here is called.
export async function init(wasm) {
  if (Engine) return;
  wasm ??= new URL("automerge.wasm", import.meta.url).href;
  await initializeWasm(wasm);
  Engine = getBackend(empty()).constructor;
}

export const port = {
  init,
  // [saved document, or nothing for a new one] → [number of the document]
  open: answering((saved) => {
    const document = new Live(saved);
    if (saved.length && !document.heads().length) throw new RangeError("no whole document");
    documents.set(++made, document);
    const id = new Uint8Array(4);
    new DataView(id.buffer).setUint32(0, made);
    return [id];
  }),
  // [document]
  close: answering((id) => {
    documents.get(number(id))?.engine.free();
    documents.delete(number(id));
    return [];
  }),
  // [document] → hashes
  heads: answering((id) => live(id).heads().map(unhex)),
  // [document, heads, JSON list of texts, ...chunks] → the words of those texts
  apply: answering((id, heads, texts, ...changes) => {
    const wanted = hex(heads).match(/.{64}/g) ?? [];
    return live(id).apply(wanted.sort(), JSON.parse(words(texts)), changes).map(utf8);
  }),
  // [document] → chunks
  changes: answering((id) => live(id).engine.getChanges([])),
  // [document] → [JSON list of hash, highest operation, dependencies]
  history: answering((id) => {
    const past = live(id).engine.getChangesMeta([]);
    return [utf8(JSON.stringify(past.map(({ hash, maxOp, deps }) => [hash, maxOp, deps])))];
  }),
  // [document] → [saved]
  save: answering((id) => [live(id).save()]),
  // [document, map] → [JSON list of entries]
  dump: answering((id, obj) => [utf8(JSON.stringify([...entries(live(id).engine, words(obj))]))]),
  // [document, text] → [words]
  text: answering((id, obj) => [utf8(live(id).engine.text(words(obj)))]),
  // [document, text, start, end] → [JSON list of ids]
  elements: answering((id, obj, start, end) => [
    utf8(JSON.stringify(elements(live(id).engine, words(obj), number(start), number(end)))),
  ]),
};
