// What the boot page shows: one panel at a time. Each gets the functions to call; none knows of Python.
import { el, say, show } from "./dom.js";

const SHORTEST = 10;
const LEAST = 3; // of zxcvbn's 0 to 4: what is below does not protect a map of somebody's life
const LONGEST = 1024; // bytes, as in vault.js

function passphraseField(id, key, autocomplete) {
  const input = el("input", { id, type: "password", autocomplete, spellcheck: "false", autocapitalize: "none", required: true });
  const toggle = el("button", { type: "button", class: "quiet", word: "show", "aria-controls": id, "aria-pressed": "false" });
  toggle.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    toggle.setAttribute("aria-pressed", String(!shown));
    say(toggle, shown ? "show" : "hide");
  });
  const field = el("div", { class: "field" }, el("label", { for: id, word: key }), el("div", { class: "entry" }, input, toggle));
  return { field, input };
}

function example(onExample) {
  const button = el("button", { type: "button", class: "quiet", word: "example", on: { click: onExample } });
  return el("div", { class: "example" }, button, el("p", { word: "example.why" }));
}

function strengthMeter(input, scoreOf) {
  const meter = el("meter", { min: 0, max: 4, low: 2, high: 3, optimum: 4, value: 0, "data-label": "strength.label" });
  const text = el("p", { id: "strength-text", role: "status" });
  const box = el("div", { class: "strength", hidden: true }, meter, text);
  let score = 0;
  let asked = 0;
  const rate = async () => {
    const mine = ++asked;
    const value = input.value;
    const found = value ? await scoreOf(value) : 0;
    if (mine !== asked) return score;
    score = found;
    box.hidden = !value;
    meter.value = score + 0.25;
    if (value) say(text, `strength.${score}`);
    return score;
  };
  input.addEventListener("input", rate);
  return { box, rate };
}

function form(submitWord, onSubmit, ...content) {
  const fault = el("p", { class: "fault", role: "alert", id: "fault", hidden: true });
  const submit = el("button", { type: "submit", class: "main", word: submitWord });
  const complain = (key, input) => {
    fault.hidden = false;
    say(fault, key);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", "fault");
    input.focus();
  };
  const handle = async (event) => {
    event.preventDefault();
    if (submit.getAttribute("aria-disabled") === "true") return;
    fault.hidden = true;
    submit.setAttribute("aria-disabled", "true");
    say(submit, "working");
    try {
      await onSubmit(complain);
    } finally {
      submit.removeAttribute("aria-disabled");
      say(submit, submitWord);
    }
  };
  return el("form", { novalidate: true, on: { submit: handle } }, ...content, fault, submit);
}

export function create({ onPassphrase, onExample, scoreOf }) {
  const first = passphraseField("passphrase", "create.field", "new-password");
  const again = passphraseField("again", "create.again", "new-password");
  const { box, rate } = strengthMeter(first.input, scoreOf);
  const submit = async (complain) => {
    const chosen = first.input.value;
    if ([...chosen].length < SHORTEST) return complain("create.short", first.input);
    if (new TextEncoder().encode(chosen.normalize("NFKC")).length > LONGEST) return complain("create.long", first.input);
    if ((await rate()) < LEAST) return complain("create.weak", first.input);
    if (chosen !== again.input.value) return complain("create.different", again.input);
    return onPassphrase(chosen);
  };
  show(
    el(
      "div",
      { class: "words" },
      el("h1", { word: "create.title" }),
      el("p", { word: "create.why" }),
      el("p", { word: "create.how" }),
    ),
    form("create.submit", submit, first.field, box, again.field, el("p", { class: "warning", word: "create.warning" })),
    example(onExample),
  );
}

function passkeyWay(onPasskey) {
  const fault = el("p", { class: "fault", role: "alert", hidden: true });
  const button = el("button", { type: "button", class: "main", id: "passkey", word: "unlock.passkey" });
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    fault.hidden = true;
    button.setAttribute("aria-disabled", "true");
    if (!(await onPasskey())) {
      fault.hidden = false;
      say(fault, "unlock.passkey.failed");
    }
    button.removeAttribute("aria-disabled");
  });
  return el("div", { class: "passkey" }, button, fault, el("p", { word: "unlock.or" }));
}

export function unlock({ onPassphrase, onPasskey, onExample }) {
  const { field, input } = passphraseField("passphrase", "unlock.field", "current-password");
  const submit = async (complain) => {
    if (!(await onPassphrase(input.value))) {
      complain("unlock.wrong", input);
      input.select();
    }
  };
  show(
    el("h1", { word: "unlock.title" }),
    onPasskey ? passkeyWay(onPasskey) : el("p", { word: "unlock.why" }),
    form("unlock.submit", submit, field),
    example(onExample),
  );
}

const busy = (kind) => () =>
  show(el("div", { class: "turning", "aria-hidden": "true" }), el("h1", { word: `${kind}.title` }), el("p", { word: `${kind}.why` }));

export const opening = busy("opening");
export const locking = busy("locking");

export function message(kind, { onSubmit, detail } = {}) {
  const more = el("p", { class: "detail" });
  if (detail) say(more, `${kind}.what`, { missing: detail });
  const button = onSubmit && el("button", { type: "button", class: "main", word: `${kind}.submit`, on: { click: onSubmit } });
  show(el("h1", { word: `${kind}.title` }), el("p", { word: `${kind}.why` }), detail && more, button);
}
