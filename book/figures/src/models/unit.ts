/* One LSTM unit whose gates are what the reader sets: weights of 1 from an input of its own to each gate. */
import LSTM from "../../cells/LSTM.mjs";

export interface Moment {
  f: number; // the gates, 0 to 1
  i: number;
  o: number;
  x: number; // the value that is offered
}

export const TRACKS = ["c_tilde", "i", "f", "c", "o", "h"] as const;
export type Tracks = Record<(typeof TRACKS)[number], number[]>;

const INPUTS = 4;
const ENDS = 40; // from here on σ is 0 or 1 to the last digit

/* The weighted input at which a gate has this value. */
function weighted(gate: number): number {
  return Math.max(-ENDS, Math.min(ENDS, Math.log(gate / (1 - gate))));
}

function params() {
  const zero = Float64Array.of(0);
  const from = (input: number) => Float64Array.from({ length: INPUTS }, (_, k) => Number(k === input));
  return {
    W_fh: zero, W_ih: zero, W_ch: zero, W_oh: zero, b_f: zero, b_i: zero, b_c: zero, b_o: zero,
    W_fx: from(0), W_ix: from(1), W_ox: from(2), W_cx: from(3),
  };
}

/* All signals of the steps 1 to T, index 0 is step 1. */
export function unit(moments: Moment[], start = 0): Tracks {
  const T = moments.length;
  const x = Float64Array.from(moments.flatMap((m) => [weighted(m.f), weighted(m.i), weighted(m.o), m.x]));
  const { y, tape } = LSTM.forward({ T, D: INPUTS, B: 1, H: 1 }, params(), x, { c: Float64Array.of(start) });
  const { net, c } = tape as { net: Float64Array; c: Float64Array }; // f, i, o, c̃ at each step
  const gate = (k: number) => Array.from({ length: T }, (_, t) => net[4 * (t + 1) + k]);
  return { c_tilde: gate(3), i: gate(1), f: gate(0), c: Array.from(c.subarray(1)), o: gate(2), h: Array.from(y) };
}
