// Links that were opened. What stands behind the `#` of some is a secret: it goes out of the address bar and
// the history before anything else looks there, and is handed to Python once.
const SECRET = /^#\/(join|recover|share)\/./;
let kept = "";
let tell = () => {};

function take() {
  const found = SECRET.exec(location.hash);
  if (!found) return;
  kept = location.hash;
  history.replaceState(history.state, "", `${location.pathname}${location.search}#/${found[1]}`);
  tell();
}

take();
addEventListener("popstate", take, true); // before Flutter's own: it reads the address that is left
addEventListener("hashchange", take, true);

export function taken() {
  const link = kept;
  kept = "";
  return link;
}

export const whenTaken = (listener) => (tell = listener);
