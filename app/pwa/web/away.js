// The quick exit: the button at the top, or Escape three times. A classic script, first in the page, so that it
// works while Python is busy, while the app still starts, and before either.
(() => {
  const NEUTRAL = "/memo.html";
  const MARK = "memo"; // kept for this tab only: who goes back after an exit lands on the neutral page again
  const TIMES = 3;
  const WITHIN_MS = 1500;
  let pressed = [];

  const mark = {
    get: () => attempt(() => sessionStorage.getItem(MARK)),
    set: () => attempt(() => sessionStorage.setItem(MARK, "1")),
    clear: () => attempt(() => sessionStorage.removeItem(MARK)),
  };
  function attempt(work) {
    try {
      return work();
    } catch {
      return undefined; // a browser that keeps nothing has nothing to go back to either
    }
  }

  function away() {
    document.documentElement.hidden = true;
    stop();
    location.replace(NEUTRAL);
  }

  // What is durable stays; nothing else is saved. Ends the Python worker (python.js listens), keys and all.
  function leave() {
    mark.set();
    document.title = "";
    document.documentElement.replaceChildren();
    dispatchEvent(new Event("leave"));
    away();
  }

  const cameBack = () => performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (mark.get() && cameBack()) away();
  else mark.clear();
  addEventListener("pageshow", ({ persisted }) => persisted && mark.get() && away());

  addEventListener("click", ({ target }) => target?.closest?.("#away") && leave(), true);
  addEventListener(
    "keydown",
    ({ key, timeStamp, repeat }) => {
      if (repeat) return;
      pressed = key === "Escape" ? [...pressed.filter((at) => timeStamp - at < WITHIN_MS), timeStamp] : [];
      if (pressed.length >= TIMES) leave();
    },
    true,
  );
})();
