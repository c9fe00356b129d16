// Serves app/pwa/bridge/crypto.js over standard input and output: on node itself (argument: the bundled
// script), or inside a browser by puppeteer (arguments: puppeteer's path, chrome or firefox, its path, the page).
// A request: 4 bytes of length, 1 byte for the length of the function's name, the name, the packed list.
// An answer: 4 bytes of length, 1 byte (1 = done, 0 = refused), the packed list.
import { pathToFileURL } from "node:url";

const [, , script, kind, executablePath, page] = process.argv;
let browser;

async function inNode() {
  const { port } = await import(pathToFileURL(script));
  return async (name, packed) => port[name](packed);
}

async function inBrowser() {
  const { default: puppeteer } = await import(pathToFileURL(script));
  const args = kind === "chrome" ? ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"] : [];
  browser = await puppeteer.launch({ browser: kind, executablePath, headless: true, args });
  const tab = await browser.newPage();
  await tab.goto(page);
  await tab.waitForFunction("globalThis.kringCall !== undefined");
  return async (name, packed) => {
    const base64 = Buffer.from(packed).toString("base64");
    const done = await tab.evaluate((called, data) => globalThis.kringCall(called, data), name, base64);
    if (done === null) throw new Error("refused");
    return Buffer.from(done, "base64");
  };
}

const call = await (kind ? inBrowser() : inNode());

function answer(done, packed) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(packed.length + 1);
  head[4] = done;
  process.stdout.write(Buffer.concat([head, packed]));
}

async function serve(request) {
  const name = request.subarray(1, 1 + request[0]).toString();
  try {
    answer(1, await call(name, Uint8Array.from(request.subarray(1 + request[0]))));
  } catch {
    answer(0, Buffer.alloc(0));
  }
}

let waiting = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  waiting = Buffer.concat([waiting, chunk]);
  while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32BE()) {
    const end = 4 + waiting.readUInt32BE();
    await serve(waiting.subarray(4, end));
    waiting = waiting.subarray(end);
  }
}
await browser?.close();
