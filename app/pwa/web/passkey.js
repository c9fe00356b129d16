// A passkey of this device, through WebAuthn with the `prf` extension: a secret that the device gives for a
// salt, only after a fingerprint, a face or its own code. Nothing is sent to a server: the secret is the proof.
// Source: https://www.w3.org/TR/webauthn-3/#prf-extension
const TIMEOUT_MS = 120_000;
const ES256 = -7;
const EDDSA = -8;
const RS256 = -257;

const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const prf = (salt) => ({ prf: { eval: { first: salt } } });

// What a browser does not tell beforehand is tried: `make` says so where it does not work after all.
export async function available() {
  if (!isSecureContext || typeof PublicKeyCredential !== "function") return false;
  const told = (await PublicKeyCredential.getClientCapabilities?.().catch(() => undefined)) ?? {};
  if (told["extension:prf"] === false) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

// The 32 bytes that the passkey `id` gives for `salt`. Throws a DOMException where the person declines.
export async function secretOf(id, salt) {
  const given = await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      allowCredentials: [{ type: "public-key", id }],
      userVerification: "required",
      timeout: TIMEOUT_MS,
      extensions: prf(salt),
    },
  });
  const secret = given.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new DOMException("no prf", "NotSupportedError");
  return new Uint8Array(secret);
}

// A new passkey: {id, secret}. Some devices give the secret only when asked a second time.
export async function make(salt) {
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { name: "Kring" },
      user: { id: random(16), name: "Kring", displayName: "Kring" },
      challenge: random(32),
      pubKeyCredParams: [ES256, EDDSA, RS256].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: {
        authenticatorAttachment: "platform",
        residentKey: "discouraged",
        userVerification: "required",
      },
      timeout: TIMEOUT_MS,
      extensions: prf(salt),
    },
  });
  const id = new Uint8Array(made.rawId);
  const told = made.getClientExtensionResults().prf ?? {};
  if (told.enabled === false) throw new DOMException("no prf", "NotSupportedError");
  return { id, secret: told.results?.first ? new Uint8Array(told.results.first) : await secretOf(id, salt) };
}
