// The page's dealings with its service worker: first fetch, a waiting version at start, news of a new one.
import { $, say } from "./dom.js";

const NOTICE_MS = 10_000;
const TAKE_OVER_MS = 5000;

function once(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

function notice(key) {
  const box = $("notice");
  box.hidden = false;
  say(box, key);
  setTimeout(() => (box.hidden = true), NOTICE_MS);
}

// A version fetched earlier takes over now, before anything of the old one has started.
async function takeOverWaiting(registration) {
  const waiting = registration.waiting;
  if (!waiting || !navigator.serviceWorker.controller) return;
  const changed = once(navigator.serviceWorker, "controllerchange").then(() => true);
  const later = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("message", ({ data }) => data?.kind === "take-over-later" && resolve(false));
  });
  waiting.postMessage({ kind: "take-over" });
  const timeout = new Promise((resolve) => setTimeout(resolve, TAKE_OVER_MS, false));
  if (await Promise.race([changed, later, timeout])) {
    location.reload();
    await new Promise(() => {});
  }
}

// The browser looks for a new version when a page opens, and may have begun before the page could listen.
function announce(registration) {
  const follow = (fresh) =>
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed" && navigator.serviceWorker.controller) notice("update.ready");
    });
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
}

// Resolves when the whole app is on this device, or at once where a browser has no service workers.
export async function ready(onDownload) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  workers.addEventListener("message", ({ data }) => {
    if (data?.kind === "download" && !workers.controller) onDownload(data);
  });
  const existing = await workers.getRegistration("/");
  if (existing) {
    announce(existing);
    await takeOverWaiting(existing);
  }
  const registration = await workers.register("sw.js", { scope: "/", updateViaCache: "none" });
  if (registration !== existing) announce(registration);
  if (workers.controller) return;
  if (registration.active && !registration.installing && !registration.waiting) return; // a forced reload
  const failed = new Promise((_, reject) => {
    const fresh = registration.installing ?? registration.waiting;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "redundant") reject(new Error("download"));
    });
  });
  await Promise.race([once(workers, "controllerchange"), failed]);
}
