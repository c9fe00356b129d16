// How the boot page and Python speak: what the person chose there, and what Python wants of the page.
let tell = () => {};
let give;
let opened = new Promise((resolve) => (give = resolve));
let update = false;
let onUpdate = () => {};
let onWake = () => {};
let onActive = () => {};
let onLink = () => {};

export const attach = (_python, send) => (tell = send);

export function receive(message) {
  if (message.kind === "unlock") give(message);
  if (message.kind === "wake") onWake();
  if (message.kind === "active") onActive();
  if (message.kind === "link") onLink(message.link);
  if (message.kind === "update-ready") {
    update = true;
    onUpdate();
  }
}

export const port = {
  // Resolves to {mode, language, vaultKey, fresh, link}; the key is handed over once and kept nowhere here.
  async unlocked() {
    const message = await opened;
    opened = Promise.resolve({ ...message, vaultKey: undefined });
    return message;
  },
  shown: () => tell({ kind: "shown" }),
  stage: (name) => tell({ kind: "stage", name }),
  lock: () => tell({ kind: "lock" }),
  prefer: (name, value) => tell({ kind: "prefer", name, value }),
  updateReady: () => update,
  whenUpdateReady: (callback) => (onUpdate = callback),
  whenWoken: (callback) => (onWake = callback),
  whenActive: (callback) => (onActive = callback),
  whenLinked: (callback) => (onLink = callback),
};
