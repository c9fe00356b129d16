// The app's browser ports for a page without a boot page: the example opens at once.
import { parts } from "../../app/pwa/bridge/parts.js";

const ignore = () => {};
const boot = {
  unlocked: async () => ({ mode: "example", language: "nl", vaultKey: undefined, fresh: false, link: "" }),
  shown: () => new BroadcastChannel("kring.shown").postMessage(1),
  stage: ignore,
  lock: ignore,
  leave: ignore,
  prefer: ignore,
  updateReady: () => false,
  whenUpdateReady: ignore,
  whenWoken: ignore,
  whenActive: ignore,
  whenLinked: ignore,
};

export const module = {
  boot,
  passkey: { available: async () => false }, // the example asks for none
  strength: { score: async () => 4 }, // the app, too, loads its word lists only where they are asked for
  ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.port])),
};

export function attach(python, ports) {
  python.registerJsModule("kring_bridge", ports);
  for (const part of Object.values(parts)) part.attach?.(python, ignore);
}
