// Serves the `port` of a bundled module, such as app/pwa/bridge/crdt.js, whose path is the first argument;
// the second is the engine's wasm.
// A request: 4 bytes of length, 1 byte for the length of the function's name, the name, the packed list.
// An answer: 4 bytes of length, 1 byte (1 = done, 0 = refused), the packed list or the reason.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { port } = await import(pathToFileURL(process.argv[2]));
await port.init(readFileSync(process.argv[3]));

function answer(done, bytes) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length + 1);
  head[4] = done;
  process.stdout.write(Buffer.concat([head, bytes]));
}

function serve(request) {
  const name = request.subarray(1, 1 + request[0]).toString();
  try {
    answer(1, port[name](Uint8Array.from(request.subarray(1 + request[0]))));
  } catch (error) {
    answer(0, Buffer.from(String(error)));
  }
}

let parts = [];
let held = 0;
let wanted = 4;
for await (const chunk of process.stdin) {
  parts.push(chunk);
  held += chunk.length;
  while (held >= wanted) {
    const bytes = Buffer.concat(parts);
    wanted = 4 + bytes.readUInt32BE();
    if (held < wanted) {
      parts = [bytes];
      break;
    }
    serve(bytes.subarray(4, wanted));
    parts = [bytes.subarray(wanted)];
    held -= wanted;
    wanted = 4;
  }
}
