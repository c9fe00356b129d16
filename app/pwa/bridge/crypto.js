// The Crypto port in a browser: WebCrypto's AES-GCM, HPKE with X-Wing, Argon2id, and libsodium's Ed25519:
// engines' own Ed25519 differ on odd signatures, and WebKitGTK 2.50 takes no seed that starts with a zero.
// Runs in node too, for the tests.
// Each function takes one packed list of byte strings and gives one back, so that a batch crosses once;
// platform/browser/crypto.py packs and unpacks, checks lengths, and filters signatures first.
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { argon2id } from "hash-wasm";
import sodium from "libsodium-wrappers-sumo";

const subtle = globalThis.crypto.subtle;
const kem = new XWing();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const ENC = 1120;
const NOTHING = 0xffffffff;

// A packed list: for each item 4 bytes of length, big-endian, then the bytes; NOTHING is null.
export function unpack(packed) {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const items = [];
  for (let at = 0; at < packed.byteLength; ) {
    const length = view.getUint32(at);
    at += 4;
    items.push(length === NOTHING ? null : packed.slice(at, at + length));
    at += length === NOTHING ? 0 : length;
  }
  return items;
}

export function pack(items) {
  const packed = new Uint8Array(items.reduce((sum, item) => sum + 4 + (item?.length ?? 0), 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const item of items) {
    view.setUint32(at, item?.length ?? NOTHING);
    if (item) packed.set(item, at + 4);
    at += 4 + (item?.length ?? 0);
  }
  return packed;
}

function* groups(items, size) {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const bytes = (buffer) => new Uint8Array(buffer);
const uint = (four) => new DataView(four.buffer, four.byteOffset, 4).getUint32(0);
const gcm = (nonce, aad) => ({ name: "AES-GCM", iv: nonce, additionalData: aad, tagLength: 128 });

async function open(key, nonce, data, aad) {
  const imported = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return bytes(await subtle.decrypt(gcm(nonce, aad), imported, data));
}

function verify(key, message, signature) {
  try {
    return sodium.crypto_sign_verify_detached(signature, message, key);
  } catch {
    return false;
  }
}

export const port = {
  // [key, nonce, data, aad] → [ciphertext with tag]
  async seal(packed) {
    const [key, nonce, data, aad] = unpack(packed);
    const imported = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
    return pack([bytes(await subtle.encrypt(gcm(nonce, aad), imported, data))]);
  },

  // [key, nonce, ciphertext, aad] for each → plaintext or null for each
  async openMany(packed) {
    const work = [...groups(unpack(packed), 4)].map((item) => open(...item).catch(() => null));
    return pack(await Promise.all(work));
  },

  // [seed] → [public key]
  async signKey(packed) {
    await sodium.ready;
    return pack([sodium.crypto_sign_seed_keypair(unpack(packed)[0]).publicKey]);
  },

  // [seed, message] → [signature]
  async sign(packed) {
    await sodium.ready;
    const [seed, message] = unpack(packed);
    return pack([sodium.crypto_sign_detached(message, sodium.crypto_sign_seed_keypair(seed).privateKey)]);
  },

  // [public key, message, signature] for each → one byte for each, 1 where it holds
  async verifyMany(packed) {
    await sodium.ready;
    return pack([Uint8Array.from(groups(unpack(packed), 3), (item) => Number(verify(...item)))]);
  },

  // [seed] → [public key]
  async kemKey(packed) {
    const pair = await kem.generateKeyPairDerand(unpack(packed)[0]);
    return pack([bytes(await kem.serializePublicKey(pair.publicKey))]);
  },

  // [public key, info, plaintext] → [enc ‖ ciphertext]
  async hpkeSeal(packed) {
    const [key, info, plaintext] = unpack(packed);
    const recipientPublicKey = await kem.importKey("raw", key, true);
    const { enc, ct } = await suite.seal({ recipientPublicKey, info }, plaintext);
    return pack([Uint8Array.from([...bytes(enc), ...bytes(ct)])]);
  },

  // [seed, info, enc ‖ ciphertext] → [plaintext]
  async hpkeOpen(packed) {
    const [seed, info, box] = unpack(packed);
    const recipientKey = await kem.importKey("raw", seed, false);
    const enc = box.slice(0, ENC);
    return pack([bytes(await suite.open({ recipientKey, enc, info }, box.slice(ENC)))]);
  },

  // [secret, salt, memory in KiB, passes, length] (the numbers as 4 bytes) → [hash]
  async argon2id(packed) {
    const [password, salt, memory, passes, length] = unpack(packed);
    const cost = { memorySize: uint(memory), iterations: uint(passes), parallelism: 1 };
    const hash = await argon2id({ password, salt, ...cost, hashLength: uint(length), outputType: "binary" });
    return pack([hash]);
  },
};
