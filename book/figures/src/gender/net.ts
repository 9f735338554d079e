/* A trained net reads two sentences; one unit of it may be changed on the way. Numbers by generated code. */
import type { State } from "../lib";
import { amount, choice } from "../lib";
import LSTM from "../../cells/LSTM.terms.mjs";
import stored from "../../data/gender-net.json";

const { words: VOCABULARY, male: MALE, female: FEMALE, ...layers } = stored;
const H = stored.b_f.length;
const NOUNS = [...MALE, ...FEMALE];
export const FIRST = 8, ASKED = 20; // the steps of both "and": what is shown, and where is asked
export const UNITS = H;
export const SIGNALS = ["f", "i", "c_tilde", "c", "o", "h"] as const;
export const PLACES = ["subject1", "object1", "near1", "subject2", "object2", "near2"] as const;
const START = ["king", "girl", "queen", "prince", "woman", "boy"];

function noun(k: number) {
  return choice(PLACES[k], START[k], Object.fromEntries(NOUNS.map((word) => [word, word])));
}

export const ACTS = {
  none: "leave it alone",
  twin: "take it from the twin",
  zero: "set it to zero",
  held: "hold it at zero from there on",
};

export const parameters = {
  unit: amount("unit", 13, 0, H - 1, 1),
  act: choice("what is done to its c and h", "none", ACTS),
  at: amount("behind word", 15, FIRST, ASKED - 1, 1),
  subject1: noun(0), object1: noun(1), near1: noun(2),
  subject2: noun(3), object2: noun(4), near2: noun(5),
};
export type Given = State<typeof parameters>;

function pronoun(subject: string): string {
  return MALE.includes(subject) ? "he" : "she";
}

/* The words that are read, up to the second "and". */
export function textOf({ subject1, object1, near1, subject2, object2, near2 }: Given): string[] {
  const first = `the ${subject1} sees a ${object1} near a ${near1} and ${pronoun(subject1)} smiles .`;
  return `${first} the ${subject2} meets a ${object2} near a ${near2} and`.split(" ");
}

/* The same text with a second subject of the other gender. */
export function twinOf(state: Given): string[] {
  const male = MALE.indexOf(state.subject2), female = FEMALE.indexOf(state.subject2);
  return textOf({ ...state, subject2: male < 0 ? MALE[female] : FEMALE[male] });
}

/* Stored in single precision: the nearest number of that precision is the very one. */
const params = Object.fromEntries(
  Object.entries(layers).map(([name, values]) => [name, Float64Array.from(Float32Array.from(values))]),
);

type Arrays = Record<string, Float64Array>;
interface Point { h: Float64Array; c: Float64Array }

function read(words: string[], state0?: Arrays): Arrays {
  const D = VOCABULARY.length, x = new Float64Array(words.length * D);
  words.forEach((word, t) => { x[t * D + VOCABULARY.indexOf(word)] = 1; });
  return LSTM.forward({ T: words.length, D, B: 1, H }, params, x, state0).signals;
}

function behind(signals: Arrays, t: number): Point {
  return { h: signals.h.slice(t * H, (t + 1) * H), c: signals.c.slice(t * H, (t + 1) * H) };
}

/* By how much "she" leads in the output layer, (W_she − W_he) h + b_she − b_he. */
function leadOf(h: Float64Array): number {
  const { W_he, W_she, b_he, b_she } = params;
  return h.reduce((sum, value, k) => sum + (W_she[k] - W_he[k]) * value, b_she[0] - b_he[0]);
}

/* The signals of all units at every word, (words, signals, units). */
export type Rows = number[][][];

function rowsOf(signals: Arrays, words: number): Rows {
  return Array.from({ length: words }, (_, t) =>
    SIGNALS.map((name) => Array.from(signals[name].subarray((t + 1) * H, (t + 2) * H))));
}

function put(row: number[][], unit: number, c: number, h: number) {
  row[SIGNALS.indexOf("c")][unit] = c;
  row[SIGNALS.indexOf("h")][unit] = h;
}

/* The text read with one unit changed behind word `at`. */
function changed(words: string[], mine: Arrays, twin: Arrays, { act, at }: Given, unit: number): Rows {
  const rows = rowsOf(mine, words.length);
  if (act === "none") return rows;
  const point = behind(mine, at + 1), other = behind(twin, at + 1);
  for (const name of ["h", "c"] as const) point[name][unit] = act === "twin" ? other[name][unit] : 0;
  put(rows[at], unit, point.c[unit], point.h[unit]);
  let now: Point = point;
  const pieces = act === "held" ? words.slice(at + 1).map((word) => [word]) : [words.slice(at + 1)];
  let t = at + 1;
  for (const piece of pieces) {
    const signals = read(piece, { ...now });
    rowsOf(signals, piece.length).forEach((row, k) => { rows[t + k] = row; });
    t += piece.length;
    now = behind(signals, piece.length);
    if (act !== "held") continue;
    now.h[unit] = now.c[unit] = 0;
    put(rows[t - 1], unit, 0, 0);
  }
  return rows;
}

export interface Numbers {
  words: string[];
  twin: string[];
  rows: number[][]; // of the unit, at every word, in the order of SIGNALS
  intact: number[]; // by how much "she" leads behind every word
  leads: number[]; // with the change
  units: number[]; // at the question, were this done to each of the units
}

export function compute(state: Given): Numbers {
  const words = textOf(state), twin = twinOf(state);
  const mine = read(words), others = read(twin);
  const run = (unit: number) => changed(words, mine, others, state, unit);
  const lead = (row: number[][]) => leadOf(Float64Array.from(row[SIGNALS.indexOf("h")]));
  const rows = run(state.unit);
  return {
    words, twin,
    rows: rows.map((row) => row.map((values) => values[state.unit])),
    intact: rowsOf(mine, words.length).map(lead),
    leads: rows.map(lead),
    units: Array.from({ length: H }, (_, k) => lead(run(k)[ASKED])),
  };
}
