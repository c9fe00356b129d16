// The worker in which Python runs. It starts before Flutter does; the page joins them (python.js).
import { loadPyodide } from "./pyodide/pyodide.mjs";
import createPyodideModule from "./pyodide/pyodide.asm.mjs";
import * as bridge from "../bridge/index.js";
import * as snapshot from "./snapshot.js";

const here = new URL(".", self.location.href).href;
const fletPort = { args: null };
let python;

const tell = (message) => self.postMessage(message);

async function bytes(name) {
  const response = await fetch(here + name);
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function toFlutter(message) {
  const packet = message.toJs();
  self.postMessage(packet, [packet.buffer]);
}

const settings = {
  indexURL: `${here}pyodide/`,
  stdLibURL: `${here}python.zip`,
  lockFileContents: { info: __LOCK_INFO__, packages: {} }, // nothing is ever installed here
  packageBaseUrl: here,
  stdout: (text) => console.log(text),
  stderr: (text) => console.error(text),
};

async function load() {
  const kept = await snapshot.find();
  if (!kept) return loadPyodide(settings);
  try {
    const create = snapshot.grown(createPyodideModule, kept);
    return await loadPyodide({ ...settings, createPyodideModule: create, _loadSnapshot: kept });
  } catch (error) {
    console.warn(error);
    await snapshot.forget();
    return loadPyodide(settings);
  }
}

async function start({ documentUrl, entry }) {
  const native = bytes("native/_cmsgpack.so");
  const inside = __INSIDE__ ? bytes("inside.zip") : undefined;
  python = await load();
  tell({ kind: "stage", name: "python" });
  // A browser lets a worker that is in the midst of something go on for seconds: this ends it at once.
  // WebKit may call a worker isolated and yet give it no memory to share.
  if (self.crossOriginIsolated && self.SharedArrayBuffer) {
    const interrupt = new Uint8Array(new SharedArrayBuffer(1));
    python.setInterruptBuffer(interrupt);
    tell({ kind: "interrupt", interrupt });
  }
  python.FS.mkdir("/native");
  python.FS.writeFile("/native/_cmsgpack.so", await native);
  if (inside) {
    python.unpackArchive(await inside, "zip", { extractDir: "/inside" });
    python.runPython("import sys; sys.path.insert(0, '/inside')");
  }
  fletPort.documentUrl = documentUrl;
  fletPort.receive_callback = toFlutter;
  bridge.attach(python, tell);
  python.registerJsModule("flet_js", fletPort);
  python.registerJsModule("kring_bridge", bridge.module);
  python.pyimport("kring_start").run(entry);
  tell({ kind: "stage", name: "app" });
  if (typeof fletPort.start_connection !== "function") throw new Error("the app started no screen");
  await fletPort.start_connection(toFlutter);
  tell({ kind: "joined" });
}

// What the next start can begin from; asked of a running app, and made by another worker.
async function wanted() {
  const kept = await snapshot.find();
  if (!kept) tell({ kind: "snapshot-wanted", modules: python.pyimport("kring_start").loaded().toJs() });
}

async function makeSnapshot({ modules }) {
  python = await loadPyodide({ ...settings, _makeSnapshot: true });
  python.pyimport("kring_start").preload(python.toPy(modules));
  await snapshot.keep(python.makeMemorySnapshot());
  tell({ kind: "snapshot-made" });
}

self.onmessage = ({ data }) => {
  if (data instanceof Uint8Array) fletPort.send?.(data);
  else if (data.kind === "start") start(data).catch((error) => tell({ kind: "failed", text: String(error) }));
  else if (data.kind === "snapshot?") wanted();
  else if (data.kind === "snapshot!") makeSnapshot(data).catch((error) => tell({ kind: "snapshot-failed", text: String(error) }));
  else bridge.receive(data);
};
