// What the page itself shows, the quick exit too, is light or dark as was chosen in Kring.
import { $ } from "./dom.js";
import { stored } from "./words.js";

const MEDIA = { light: "not all", dark: "all" };

export function look() {
  $("dark").media = MEDIA[stored("theme")] ?? "(prefers-color-scheme: dark)";
}
