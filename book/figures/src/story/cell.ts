/* The cell of chapter 4 that is built by hand: unit 0 holds the gender of the subject, unit 1 its number. */
import type { State } from "../lib";
import { text } from "../lib";
import LSTM from "../../cells/LSTM.terms.mjs";

export const WORDS = [
  "and", "because", "boy", "boys", "girl", "girls", "saw", "she", "sing", "sings", "slept", "the", "them", "who",
];
export const LONGEST = 12;
const D = WORDS.length, H = 2, S = 8; // S shuts and opens: σ(8) is 1 to within 0.0004
const SUBJECTS: Record<string, [number, number]> = { boy: [1, 1], girl: [-1, 1], boys: [1, -1], girls: [-1, -1] };
const SENTENCE = "the boys slept and the girl who saw them sings because she";

/* A word is a letter of the address, a to n; o is open at a word where its place has a 1. */
export function spelled(words: string): string {
  return words.split(" ").map((word) => String.fromCharCode(97 + WORDS.indexOf(word))).join("");
}

export function wordsOf(letters: string): string[] {
  return Array.from(letters, (letter) => WORDS[letter.charCodeAt(0) - 97]);
}

const SHUT = "0".repeat(D);
export const parameters = {
  words: text("sentence", spelled(SENTENCE), /^[a-n]{1,12}$/),
  gender: text("words at which o opens for the gender", SHUT, /^[01]{14}$/),
  number: text("words at which o opens for the number", SHUT, /^[01]{14}$/),
};
export type Given = State<typeof parameters>;
export const OPENS = ["gender", "number"] as const;

export function isOpen(state: Given, unit: number, word: string): boolean {
  return state[OPENS[unit]][WORDS.indexOf(word)] === "1";
}

/* Biases keep what is there, write nothing and show nothing; subjects and open words say otherwise. */
function paramsOf(state: Given): Record<string, Float64Array> {
  const zeros = (n: number) => new Float64Array(n), all = (value: number) => zeros(H).fill(value);
  const params: Record<string, Float64Array> = { b_f: all(S), b_i: all(-S), b_c: all(0), b_o: all(-S) };
  for (const gate of "fico") Object.assign(params, { [`W_${gate}h`]: zeros(H * H), [`W_${gate}x`]: zeros(H * D) });
  WORDS.forEach((word, k) => {
    for (let unit = 0; unit < H; unit++) {
      if (isOpen(state, unit, word)) params.W_ox[unit * D + k] = 2 * S;
      if (!(word in SUBJECTS)) continue;
      params.W_fx[unit * D + k] = -2 * S;
      params.W_ix[unit * D + k] = 2 * S;
      params.W_cx[unit * D + k] = 3 * SUBJECTS[word][unit];
    }
  });
  return params;
}

export interface Numbers {
  words: string[];
  gates: { f: number; i: number }[]; // of both units, at every word
  units: { c: number; o: number; h: number }[][]; // word by word, unit by unit
}

export function compute(state: Given): Numbers {
  const words = wordsOf(state.words), T = words.length, x = new Float64Array(T * D);
  words.forEach((word, t) => { x[t * D + WORDS.indexOf(word)] = 1; });
  const { signals: s } = LSTM.forward({ T, D, B: 1, H }, paramsOf(state), x);
  const at = (name: string, t: number, unit: number) => s[name][(t + 1) * H + unit];
  return {
    words,
    gates: words.map((_, t) => ({ f: at("f", t, 0), i: at("i", t, 0) })),
    units: words.map((_, t) => [0, 1].map((k) => ({ c: at("c", t, k), o: at("o", t, k), h: at("h", t, k) }))),
  };
}
