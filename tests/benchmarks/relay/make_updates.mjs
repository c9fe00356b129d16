// Writes length-prefixed Yjs updates to standard output: one short text typed, and at the end a mark.
import * as Y from "yjs";

const count = Number(process.argv[2]);
const doc = new Y.Doc();
const text = doc.getText("story");
const parts = [];
doc.on("update", (update) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(update.length);
  parts.push(head, Buffer.from(update));
});
for (let i = 0; i < count - 1; i++) text.insert(text.length, `twenty characters ${i % 10} `);
text.insert(text.length, "THE-LAST-ONE");
process.stdout.write(Buffer.concat(parts));
