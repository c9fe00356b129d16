// What Python sees as the module `kring_bridge`: one part for each port, and how the worker reaches them.
import * as boot from "./boot.js";
import * as passkey from "./passkey.js";
import { parts } from "./parts.js";
import * as strength from "./strength.js";

const all = { boot, passkey, strength, ...parts };

export const module = Object.fromEntries(Object.entries(all).map(([name, part]) => [name, part.port]));

export function attach(python, tell) {
  for (const part of Object.values(all)) part.attach?.(python, tell);
}

export function receive(message) {
  boot.receive(message);
  passkey.receive(message);
}
