// The page's end of the Python worker: what Flutter's Dart side calls (jsConnect, jsSend, jsDisconnect),
// and the messages between boot page, Python and the service worker that are not Flutter's.

const listeners = new Set();
let worker;
let joined;
let frames = null;
let waiting = [];
let interrupt;
const SIGINT = 2;

export const onMessage = (listener) => listeners.add(listener);
// Mail for Python may be posted before there is a worker: it waits.
// What is in `transfer` is given away: this page has no copy of it left.
export const send = (message, transfer = []) =>
  worker ? worker.postMessage(message, transfer) : waiting.push([message, transfer]);

export function start(options) {
  worker = new Worker(new URL("worker.js", document.baseURI), { type: "module", name: "python" });
  joined = new Promise((resolve, reject) => {
    onMessage((message) => {
      if (message.kind === "joined") resolve();
      if (message.kind === "failed") reject(new Error(message.text));
    });
  });
  joined.catch(() => {});
  onMessage((message) => {
    if (message.kind === "interrupt") interrupt = message.interrupt;
  });
  worker.onmessage = ({ data }) => {
    if (data instanceof Uint8Array) frames?.(data);
    else for (const listener of listeners) listener(data);
  };
  worker.onerror = (event) => {
    for (const listener of listeners) listener({ kind: "failed", text: event.message || "worker" });
  };
  worker.postMessage({ kind: "start", documentUrl: document.URL, ...options });
  for (const each of waiting) worker.postMessage(...each);
  waiting = [];
}

export function stop() {
  if (!worker) return;
  worker.onmessage = worker.onerror = null; // what it said before it ended is not heard any more
  if (interrupt) interrupt[0] = SIGINT;
  worker.terminate();
  worker = interrupt = undefined;
}
addEventListener("leave", stop);

// Once the app rests: prepare what the next start begins from, in a worker that ends when it is done.
export function prepareNextStart() {
  onMessage(({ kind, modules }) => {
    if (kind !== "snapshot-wanted") return;
    const maker = new Worker(new URL("worker.js", document.baseURI), { type: "module", name: "snapshot" });
    maker.onmessage = ({ data }) => {
      if (data.kind === "snapshot-failed") console.warn(data.text);
      performance.mark(`kring-${data.kind}`);
      maker.terminate();
    };
    maker.postMessage({ kind: "snapshot!", modules });
  });
  send({ kind: "snapshot?" });
}

globalThis.jsConnect = async (_id, _args, toDart) => {
  frames = toDart;
  await joined;
};
globalThis.jsSend = async (_id, packet) => worker?.postMessage(packet, [packet.buffer]);
globalThis.jsDisconnect = async () => stop();
