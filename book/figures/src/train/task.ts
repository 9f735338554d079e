/* "I grew up in France ... I speak French": the sentences of lstm_ref.learn.tasks.country_language. */
import { type Random, whole } from "./random";

const COUNTRIES = 4;
const FILLERS = 9;
export const WORDS = 1 + COUNTRIES + FILLERS + 1; // "grew-up-in", countries, fillers, "speak"
export const CLASSES = COUNTRIES;

export interface Batch {
  T: number;
  B: number;
  x: Float64Array; // (T, WORDS, B), one-hot
  target: number[]; // (B), asked at the last step
}

/* B sentences with so many words between country and question; one in four of these is a country
   too, a false clue. */
export function sentences(random: Random, B: number, distance: number): Batch {
  const T = distance + 3;
  const target = whole(random, B, COUNTRIES);
  const filler = whole(random, distance * B, FILLERS);
  const clue = whole(random, distance * B, COUNTRIES);
  const x = new Float64Array(T * WORDS * B);
  const put = (t: number, b: number, word: number) => { x[(t * WORDS + word) * B + b] = 1; };
  for (let k = 0; k < distance * B; k++)
    put(2 + Math.floor(k / B), k % B, 1 + (random() < 0.25 ? clue[k] : COUNTRIES + filler[k]));
  for (let b = 0; b < B; b++) {
    put(0, b, 0);
    put(1, b, 1 + target[b]);
    put(T - 1, b, WORDS - 1);
  }
  return { T, B, x, target };
}
