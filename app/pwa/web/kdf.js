// Argon2id (RFC 9106) in a worker of its own, so that the page keeps answering while it runs.
import { argon2id } from "hash-wasm";

self.onmessage = async ({ data: { secret, salt, memoryKib, passes } }) => {
  try {
    const key = await argon2id({
      password: secret,
      salt,
      memorySize: memoryKib,
      iterations: passes,
      parallelism: 1,
      hashLength: 32,
      outputType: "binary",
    });
    self.postMessage({ key }, [key.buffer]);
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
