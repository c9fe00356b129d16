// Whether somebody is here: Python hears of it for the auto-lock, and a page that comes back after the lock was
// due is covered before anybody reads it, until Python has saved and locked.
const SIGNS = ["pointerdown", "keydown", "wheel", "touchmove", "click", "input"]; // a screen reader only clicks
const TELL_MS = 5000; // at most so often
const PATIENCE_MS = 5000; // for a Python that is busy: what was idle for so long was saved long ago
let last = Date.now();
let told = 0;
let limit = 0;

export const lockAfter = (ms) => (limit = ms);

export function watch({ active, cover, end }) {
  const sign = () => {
    last = Date.now();
    if (last - told < TELL_MS) return;
    told = last;
    active();
  };
  for (const name of SIGNS) addEventListener(name, sign, { capture: true, passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !limit || Date.now() - last < limit) return;
    cover();
    setTimeout(end, PATIENCE_MS);
  });
}
