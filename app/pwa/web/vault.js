// The vault record of this device: Argon2id(passphrase) unwraps the vault key, which stays in memory only.
//   {v: 1, kdf: "argon2id", memory_kib, passes, salt, wraps: [{kind: "passphrase", box}, {kind: "passkey", id, salt, box}]}
// kept as JSON text with bytes as base64url (the same record as kring/store/vault_record.py); box = nonce (12) +
// AES-256-GCM(vault key), associated data "kring/1/vault\0". A passkey's key is HKDF-SHA256 of its secret.
import { getRecord, addRecord } from "./database.js";

const AAD = new TextEncoder().encode("kring/1/vault\0");
const PASSKEY = new TextEncoder().encode("kring/1/passkey\0");
const COST = { memory_kib: 64 * 1024, passes: 3 };
const LIMITS = { memory_kib: [64 * 1024, 1024 * 1024], passes: [3, 16], salt: [16, 16] };
const LONGEST = 1024; // bytes of a passphrase

export class WrongPassphrase extends Error {}
export class BadVault extends Error {}

const encode = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const decode = (text) => {
  try {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  } catch {
    throw new BadVault("base64");
  }
};
const within = (value, [low, high]) => Number.isInteger(value) && value >= low && value <= high;

function check(stored) {
  let record;
  try {
    record = JSON.parse(stored);
  } catch {
    throw new BadVault("json");
  }
  const wrap = record?.wraps?.find?.((one) => one.kind === "passphrase");
  if (record?.v !== 1 || record.kdf !== "argon2id" || typeof wrap?.box !== "string") throw new BadVault("form");
  if (!within(record.memory_kib, LIMITS.memory_kib) || !within(record.passes, LIMITS.passes)) {
    throw new BadVault("cost");
  }
  const salt = decode(String(record.salt));
  const box = decode(wrap.box);
  if (!within(salt.length, LIMITS.salt) || box.length !== 12 + 32 + 16) throw new BadVault("length");
  return { salt, box, memoryKib: record.memory_kib, passes: record.passes };
}

function derive(passphrase, { salt, memoryKib, passes }) {
  const secret = new TextEncoder().encode(passphrase.normalize("NFKC"));
  if (secret.length === 0 || secret.length > LONGEST) return Promise.reject(new WrongPassphrase());
  const worker = new Worker(new URL("kdf.js", document.baseURI), { type: "module", name: "kdf" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.key ? resolve(data.key) : reject(new Error(data.error)));
    worker.onerror = (event) => reject(new Error(event.message || "kdf"));
    worker.postMessage({ secret, salt, memoryKib, passes });
  }).finally(() => worker.terminate());
}

const aesKey = (bytes, use) => crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [use]);

export const load = () => getRecord("vault", "vault");

export async function create(passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const vaultKey = crypto.getRandomValues(new Uint8Array(32));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const kek = await derive(passphrase, { salt, memoryKib: COST.memory_kib, passes: COST.passes });
  const key = await aesKey(kek, "encrypt");
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: AAD }, key, vaultKey);
  const box = new Uint8Array([...nonce, ...new Uint8Array(sealed)]);
  const wraps = [{ kind: "passphrase", box: encode(box) }];
  await addRecord("vault", "vault", JSON.stringify({ v: 1, kdf: "argon2id", ...COST, salt: encode(salt), wraps }));
  return vaultKey;
}

async function unseal(key, box) {
  const algorithm = { name: "AES-GCM", iv: box.subarray(0, 12), additionalData: AAD };
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, box.subarray(12)));
}

export async function open(record, passphrase) {
  const { salt, box, memoryKib, passes } = check(record);
  const kek = await derive(passphrase, { salt, memoryKib, passes });
  const key = await aesKey(kek, "decrypt");
  try {
    return await unseal(key, box);
  } catch {
    throw new WrongPassphrase();
  }
}

// {id, salt, box} of the passkey that opens this vault too; undefined where there is none or it cannot be read.
function passkeyIn(stored) {
  try {
    const wrap = JSON.parse(stored).wraps.find((one) => one.kind === "passkey");
    const [id, salt, box] = [wrap.id, wrap.salt, wrap.box].map(decode);
    return id.length && salt.length === 32 && box.length === 12 + 32 + 16 ? { id, salt, box } : undefined;
  } catch {
    return undefined;
  }
}

export const hasPasskey = (record) => Boolean(passkeyIn(record));

// `secretOf(id, salt)` asks the device. Throws where it does not give what once sealed the box.
export async function openWithPasskey(record, secretOf) {
  check(record);
  const { id, salt, box } = passkeyIn(record);
  const secret = await crypto.subtle.importKey("raw", await secretOf(id, salt), "HKDF", false, ["deriveKey"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: PASSKEY };
  const key = await crypto.subtle.deriveKey(algorithm, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  return unseal(key, box);
}
