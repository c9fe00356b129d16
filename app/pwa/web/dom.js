// Small helpers to write the boot page's panels with words that follow the chosen language.
import { current, word } from "./words.js";

export const $ = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === "word") element.dataset.word = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export function translate(root = document) {
  document.documentElement.lang = current();
  $("boot").lang = current();
  for (const element of root.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word, JSON.parse(element.dataset.values ?? "{}"));
  }
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
  }
}

export function say(element, key, values = {}) {
  element.dataset.word = key;
  element.dataset.values = JSON.stringify(values);
  element.textContent = word(key, values);
}

export function show(...content) {
  const panel = $("panel");
  panel.replaceChildren(...content.filter(Boolean));
  translate(panel);
  (panel.querySelector("#passkey") ?? panel.querySelector("input") ?? panel.querySelector("button.main") ?? panel).focus({ preventScroll: true });
}
