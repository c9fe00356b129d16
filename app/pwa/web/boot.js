// The boot page: stands within a second, asks for the passphrase, and starts Python and Flutter behind it.
import * as links from "./links.js"; // first: see there
import * as activity from "./activity.js";
import * as capability from "./capability.js";
import { $, say, translate } from "./dom.js";
import * as flutter from "./flutter.js";
import { look } from "./look.js";
import * as panels from "./panels.js";
import * as passkey from "./passkey.js";
import * as python from "./python.js";
import * as tabs from "./tabs.js";
import * as updates from "./updates.js";
import * as vault from "./vault.js";
import { choose, current, prefer } from "./words.js";

const MB = 1_000_000;
const MINUTE_MS = 60_000;
const SHARE = { download: [0, 60], python: [60, 85], app: [85, 100], ready: [100, 100] };
let enginesUp = false;
let record;

function progress(name, part, values) {
  const [from, to] = SHARE[name];
  $("progress").hidden = false;
  $("bar").value = from + (to - from) * part;
  say($("stage"), `stage.${name}`, values);
}

function megabytes(bytes) {
  return (bytes / MB).toLocaleString(current(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function trouble(key, retry = () => location.reload()) {
  const box = $("trouble");
  const text = Object.assign(document.createElement("span"), {});
  const button = Object.assign(document.createElement("button"), { type: "button", className: "main" });
  say(text, `trouble.${key}`);
  say(button, "retry");
  button.addEventListener("click", retry);
  box.replaceChildren(text, button);
  box.hidden = false;
  $("progress").hidden = true;
}

function languages() {
  for (const button of document.querySelectorAll("[data-language]")) {
    const mark = () => button.setAttribute("aria-pressed", String(button.dataset.language === current()));
    mark();
    button.addEventListener("click", () => {
      choose(button.dataset.language);
      document.querySelectorAll("[data-language]").forEach((other) => {
        other.setAttribute("aria-pressed", String(other.dataset.language === current()));
      });
      translate();
    });
  }
  translate();
}

const REST_MS = 4000; // after the first screen, before preparing the next start

function hideBoot() {
  $("boot").hidden = true;
  flutter.reveal();
  performance.mark("kring-shown");
  setTimeout(() => requestIdleCallback?.(python.prepareNextStart) ?? python.prepareNextStart(), REST_MS);
}

const onPython = {
  stage: ({ name }) => {
    performance.mark(`kring-${name}`);
    if (name in SHARE) progress(name, 0);
  },
  joined: () => {
    enginesUp = true;
    progress("ready", 1);
  },
  shown: hideBoot,
  failed: ({ text }) => {
    console.error(text);
    $("boot").hidden = false;
    trouble("start");
  },
  lock: endHere,
  prefer: ({ name, value }) => onPrefer(name, value),
  passkey: async ({ id, question, salt }) => {
    try {
      python.send({ kind: "passkey-answer", id, answer: await passkey[question](salt) });
    } catch (error) {
      python.send({ kind: "passkey-answer", id, fault: String(error) });
    }
  },
};

function onPrefer(name, value) {
  if (name === "lock") return activity.lockAfter(value * MINUTE_MS);
  prefer(name, value);
  look();
  if (name !== "language") return undefined;
  choose(value);
  return translate();
}

// Everything in memory goes, keys and all; the page that comes asks for the passphrase.
function endHere() {
  python.stop();
  location.reload();
}

function cover() {
  $("boot").hidden = false;
  panels.locking();
}

// A phone that slept, or found a connection again: what waits is sent now, not at the next try.
function wakePython() {
  const wake = () => document.hidden || python.send({ kind: "wake" });
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
}

async function startEngines() {
  try {
    await updates.ready(({ done, total }) => {
      progress("download", done / total, { done: megabytes(done), total: megabytes(total) });
    });
  } catch {
    trouble("download");
    return;
  }
  if (!enginesUp) progress("python", 0);
  python.onMessage((message) => onPython[message.kind]?.(message));
  python.start({ entry: __ENTRY__ });
  wakePython();
  activity.watch({ active: () => python.send({ kind: "active" }), cover, end: endHere });
  await flutter.start();
}

function unlockPython(mode, vaultKey, fresh) {
  panels.opening();
  const answer = { kind: "unlock", mode, language: current(), vaultKey, fresh, link: links.taken() };
  python.send(answer, vaultKey ? [vaultKey.buffer] : []);
  links.whenTaken(() => python.send({ kind: "link", link: links.taken() }));
}

// Asked for and not waited for: Firefox asks the person, and what is kept is kept whatever the answer.
function persist() {
  navigator.storage?.persist?.().catch(() => {});
}

const onExample = () => unlockPython("example", undefined, false);

async function onCreate(passphrase) {
  const key = await vault.create(passphrase);
  persist();
  unlockPython("own", key, true);
}

async function onUnlock(passphrase) {
  try {
    const key = await vault.open(record, passphrase);
    persist();
    unlockPython("own", key, false);
    return true;
  } catch (error) {
    if (error instanceof vault.WrongPassphrase) return false;
    trouble("vault");
    throw error;
  }
}

async function onPasskey() {
  try {
    unlockPython("own", await vault.openWithPasskey(record, passkey.secretOf), false);
    return true;
  } catch {
    return false; // declined, or the passkey is gone: the passphrase still opens
  }
}

async function stopHere() {
  python.stop();
  $("boot").hidden = false;
  $("progress").hidden = true;
  panels.message("moved", { onSubmit: () => location.reload() });
}

async function ask() {
  try {
    record = await vault.load();
  } catch {
    trouble("storage");
    return;
  }
  if (record) {
    const withPasskey = vault.hasPasskey(record) && (await passkey.available());
    panels.unlock({ onPassphrase: onUnlock, onPasskey: withPasskey && onPasskey, onExample });
  }
  else {
    const strength = import("./strength.js");
    panels.create({ onPassphrase: onCreate, onExample, scoreOf: async (text) => (await strength).score(text) });
  }
}

async function begin() {
  look();
  languages();
  performance.mark("kring-boot");
  if (!isSecureContext) return panels.message("insecure");
  const missing = [...capability.missing(), ...(await capability.missingKeys())];
  if (missing.length) return panels.message("old", { detail: missing.join(", ") });
  const held = await tabs.hold(stopHere);
  if (held) return Promise.all([ask(), startEngines()]);
  const takeOver = async () => {
    await tabs.takeOver(stopHere);
    await Promise.all([ask(), startEngines()]);
  };
  return panels.message("taken", { onSubmit: takeOver });
}

begin();
