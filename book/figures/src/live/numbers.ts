/* The live cell: one unit, one input, one sample, two steps; all its numbers, by generated code. */
import type { State } from "../lib";
import { amount, choice } from "../lib";
import LSTM from "../../cells/LSTM.terms.mjs";

export const GATES = ["f", "i", "c_tilde", "o"] as const;
export type Gate = (typeof GATES)[number];
/* The letter of a layer in the names of its weights. */
const LETTER = { f: "f", i: "i", c_tilde: "c", o: "o" } as const;
type Letter = (typeof LETTER)[Gate];
export type Weight = `W_${Letter}h` | `W_${Letter}x` | `b_${Letter}`;
export const T = 2;

/* The twelve numbers of the pencil: W_gh, W_gx, b_g. */
const PENCIL: Record<Gate, [number, number, number]> = {
  f: [0, 0.5, 1], i: [1, 1, 0], c_tilde: [2, 1, 0], o: [1, 0.5, 0],
};
export const WEIGHTS: Weight[] = GATES.flatMap((g) => rowOf(g));

export function rowOf(gate: Gate): [Weight, Weight, Weight] {
  const letter = LETTER[gate];
  return [`W_${letter}h`, `W_${letter}x`, `b_${letter}`];
}

function weight(name: Weight) {
  const gate = GATES.find((g) => rowOf(g).includes(name))!;
  return amount(name, PENCIL[gate][rowOf(gate).indexOf(name)], -4, 4, 0.25);
}

const LINES = ["none", "f", "i", "c_tilde", "c", "o", "h"];

export const parameters = {
  pass: choice("pass", "forward", { forward: "forward", backward: "backward" }),
  step: choice("step", "2", { 1: "t = 1", 2: "t = 2" }),
  y1: amount("wanted for h₁", 0, -1, 1, 0.05),
  y2: amount("wanted for h₂", 1, -1, 1, 0.05),
  x1: amount("x₁", 1, -2, 2, 0.1),
  x2: amount("x₂", -1, -2, 2, 0.1),
  h0: amount("h₀", 0, -1, 1, 0.05),
  c0: amount("c₀", 0, -2, 2, 0.1),
  look: choice("equation", "none", Object.fromEntries(LINES.map((name) => [name, name]))),
  ...(Object.fromEntries(WEIGHTS.map((name) => [name, weight(name)])) as Record<Weight, ReturnType<typeof amount>>),
};
export type Given = State<typeof parameters>;

type Arrays = Record<string, Float64Array>;
export interface Numbers {
  signals: Arrays; // each at t = 0, 1, 2
  nets: Arrays;
  totals: Arrays; // dE/d(signal)
  errors: Arrays; // the same at the weighted input
  parts: Arrays;
  gradients: Arrays;
  tanhC: number[]; // tanh(c_t)
  e: number[]; // the error that enters at h_t
  E: number;
}

const SIZES = { D: 1, B: 1, H: 1 };

export function paramsOf(state: Given): Arrays {
  return Object.fromEntries(WEIGHTS.map((name) => [name, Float64Array.of(state[name])]));
}

/* What o_t is multiplied by, tanh(c_t): it is dE/do_t where dE/dh_t = 1. */
function factorOfO(params: Arrays, x: Float64Array, state0: Arrays, t: number): number {
  if (t === 0) return Number.NaN;
  const sizes = { ...SIZES, T: t };
  const { signals, nets } = LSTM.forward(sizes, params, x.slice(0, t), state0);
  const dy = new Float64Array(t);
  dy[t - 1] = 1;
  return LSTM.backward(sizes, params, signals, nets, dy).totals.o[t];
}

export function compute(state: Given): Numbers {
  const params = paramsOf(state), sizes = { ...SIZES, T };
  const x = Float64Array.of(state.x1, state.x2);
  const state0 = { h: Float64Array.of(state.h0), c: Float64Array.of(state.c0) };
  const { signals, nets } = LSTM.forward(sizes, params, x, state0);
  const wanted = [state.y1, state.y2];
  const e = wanted.map((y, k) => signals.h[k + 1] - y);
  const back = LSTM.backward(sizes, params, signals, nets, Float64Array.from(e));
  return {
    signals, nets, totals: back.totals, errors: back.errors, parts: back.parts, gradients: back.dparams,
    tanhC: [0, 1, 2].map((t) => factorOfO(params, x, state0, t)),
    e: [0, ...e], E: (e[0] ** 2 + e[1] ** 2) / 2,
  };
}
