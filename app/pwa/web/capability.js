// What Kring cannot do without, tried rather than guessed from the browser's name.
const NEEDS = {
  WebAssembly: () => typeof WebAssembly === "object" && typeof WebAssembly.instantiateStreaming === "function",
  "WebAssembly exceptions": () =>
    WebAssembly.validate(
      new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 6, 64, 25, 11, 11]),
    ),
  BigInt64Array: () => typeof BigInt64Array === "function",
  IndexedDB: () => typeof indexedDB === "object" && indexedDB !== null,
  WebCrypto: () => typeof crypto?.subtle?.deriveBits === "function",
  structuredClone: () => typeof structuredClone === "function",
};

export function missing() {
  return Object.entries(NEEDS)
    .filter(([, holds]) => {
      try {
        return !holds();
      } catch {
        return true;
      }
    })
    .map(([name]) => name);
}

export async function missingKeys() {
  const lacking = [];
  for (const name of ["Ed25519", "X25519"]) {
    try {
      await crypto.subtle.generateKey(name, false, name === "Ed25519" ? ["sign", "verify"] : ["deriveBits"]);
    } catch {
      lacking.push(name);
    }
  }
  return lacking;
}
