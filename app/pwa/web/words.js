// The boot page's own words: two small catalogues, so that a page stands before Python does.
import en from "./words/en.json";
import nl from "./words/nl.json";

const catalogues = { nl, en };

// A browser may name a language that is no valid tag ("C"), on which Flutter stops: such are dropped.
function validTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function guardLanguages() {
  const languages = [...(navigator.languages ?? []), navigator.language].filter((tag) => tag && validTag(tag));
  if (languages.length) {
    if (validTag(navigator.language) && (navigator.languages ?? []).every(validTag)) return;
  } else languages.push("nl");
  Object.defineProperty(navigator, "language", { get: () => languages[0], configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => languages, configurable: true });
}

guardLanguages();

export function stored(name) {
  try {
    return localStorage.getItem(`kring.${name}`);
  } catch {
    return null;
  }
}

function preferred() {
  const chosen = stored("language");
  if (chosen in catalogues) return chosen;
  const first = navigator.language.slice(0, 2).toLowerCase();
  return first in catalogues ? first : "en";
}

let language = preferred();
export const current = () => language;

export function prefer(name, value) {
  try {
    localStorage.setItem(`kring.${name}`, value);
  } catch {
    // A browser that keeps nothing still does as asked until it is closed.
  }
}

export function choose(chosen) {
  language = chosen;
  prefer("language", chosen);
}

export function word(key, values = {}) {
  return catalogues[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
