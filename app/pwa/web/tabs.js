// One tab holds the store (a Web Lock); another can ask for it, and the holder then lets go first.
const NAME = "kring.store";
const PATIENCE = 4000; // ms that a holder gets to answer, or to save and let go before the lock is taken

const post = () => new BroadcastChannel("kring.tabs");

// Resolves to true once held, false when another tab holds it. `onLost` runs when this tab must stop.
function request(onLost, options, asking) {
  return new Promise((resolve) => {
    const channel = post();
    let release;
    const stop = async () => {
      if (!release) return;
      await onLost();
      release();
      channel.close();
    };
    channel.onmessage = ({ data }) => {
      if (data === "let-go") stop();
      else if (data === "who" && release) channel.postMessage("here");
      else if (data === "here" && !release) asking?.abort();
    };
    // A page kept for the back button would hold the lock while nobody sees it.
    const leave = ({ persisted }) => persisted && stop();
    const granted = (lock) => {
      if (!lock) throw new DOMException("held elsewhere", "AbortError");
      addEventListener("pagehide", leave);
      return new Promise((done) => {
        release = done;
        resolve(true);
      });
    };
    navigator.locks
      .request(NAME, options, granted)
      .catch(() => (release ? onLost() : resolve(false)))
      .finally(() => {
        removeEventListener("pagehide", leave);
        channel.close();
      });
    if (asking) channel.postMessage("who");
  });
}

// A page that was just closed or left may keep the lock for a moment more. Only a tab that answers is open.
export async function hold(onLost) {
  if (!navigator.locks) return true;
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  if (await request(onLost, { ifAvailable: true })) return true;
  const asking = new AbortController();
  const late = setTimeout(() => asking.abort(), PATIENCE);
  const held = await request(onLost, { signal: asking.signal }, asking);
  clearTimeout(late);
  return held;
}

export async function takeOver(onLost) {
  const channel = post();
  channel.postMessage("let-go");
  channel.close();
  const waited = AbortSignal.timeout(PATIENCE);
  const patient = new Promise((resolve) => {
    navigator.locks.request(NAME, { signal: waited }, () => resolve(true)).catch(() => resolve(false));
  });
  const freed = await patient;
  return request(onLost, freed ? {} : { steal: true });
}
