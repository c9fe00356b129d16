// How easily a passphrase is guessed, by zxcvbn with Dutch words and names: 0 (at once) to 4. Its word lists are
// large, so it is loaded only where a passphrase is chosen: on the boot page, or in the app (bridge/strength.js).
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import boys from "@zxcvbn-ts/language-nl-be/dist/boysFirstnames.json.esm.js";
import words from "@zxcvbn-ts/language-nl-be/dist/commonWords.json.esm.js";
import girls from "@zxcvbn-ts/language-nl-be/dist/girlsFirstnames.json.esm.js";
import families from "@zxcvbn-ts/language-nl-be/dist/lastnames.json.esm.js";

const LONGEST = 100; // characters looked at; what is longer is strong enough, and would only take time
const OWN = ["kring"];
const passwords = dictionary["passwords-common"];
const rating = new ZxcvbnFactory({ dictionary: { passwords, words, boys, girls, families }, graphs: adjacencyGraphs });

export const score = (text) => rating.check(text.slice(0, LONGEST), OWN).score;
