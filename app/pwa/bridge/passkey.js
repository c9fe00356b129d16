// Passkeys for Python: only the page may ask the device for one, so each question goes there and comes back.
let tell = () => {};
let last = 0;
const waiting = new Map();

export const attach = (_python, send) => (tell = send);

export function receive(message) {
  if (message.kind !== "passkey-answer") return;
  const { resolve, reject } = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.fault) reject(new DOMException(message.fault, "NotAllowedError"));
  else resolve(message.answer);
}

function ask(question, salt) {
  const id = ++last;
  tell({ kind: "passkey", id, question, salt });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

export const port = {
  // Resolves to whether a passkey can be made here.
  available: () => ask("available"),
  // Resolves to {id, secret}; all three are Uint8Array.
  make: (salt) => ask("make", salt),
};
