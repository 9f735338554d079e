/* LSTM, CIFG and GRU of one unit on the same input, with the same weights where they have the same part. */
import type { State } from "../lib";
import { amount, choice } from "../lib";
import LSTM from "../../cells/LSTM.terms.mjs";
import CIFG from "../../cells/COUPLED.terms.mjs";
import GRU from "../../cells/GRU_BEFORE.terms.mjs";

export const NAMES = ["LSTM", "CIFG", "GRU"] as const;
export type Name = (typeof NAMES)[number];
const CELLS: Record<Name, Terms> = { LSTM, CIFG, GRU };

export const T = 10;
const VALUES = [0.8, -0.3, 0.5, -0.6, 0.2, -0.9, 0.4, -0.2, 0.6, -0.5];
export const MARKED = [1, 6]; // the steps at which the input says "write"

export const parameters = {
  cell: choice("cell", "CIFG", { LSTM: "LSTM", CIFG: "CIFG", GRU: "GRU" }),
  t: amount("step t", 6, 1, T, 1),
  b_f: amount("b_f of the LSTM", 1, -6, 6, 0.5),
  b_i: amount("b_i; in the GRU b_z is its negative", -3, -6, 2, 0.5),
  b_o: amount("b_o of LSTM and CIFG", 2, -4, 6, 0.5),
  b_r: amount("b_r of the GRU", 2, -6, 6, 0.5),
};
export type Given = State<typeof parameters>;

type Arrays = Record<string, Float64Array>;

/* From x (a value, and whether it is marked), from h, and the bias, of each layer. */
function layers({ b_f, b_i, b_o, b_r }: Given): Record<string, [number[], number, number]> {
  const i: [number[], number, number] = [[0, 6], 0.5, b_i];
  const candidate: [number[], number, number] = [[2, 0], 0.5, 0];
  return {
    i, f: [[0, -6], -0.5, b_f], z: [[0, -6], -0.5, -b_i], o: [[0, 0], 0.5, b_o],
    r: [[0, 0], 0.5, b_r], c: candidate, h: candidate,
  };
}

function paramsOf(cell: Terms, state: Given): Arrays {
  const each = layers(state), found: Arrays = {};
  for (const name of Object.keys(cell.shapes)) {
    const [x, h, b] = each[name.split("_")[1][0]];
    found[name] = Float64Array.from(name.startsWith("b") ? [b] : name.endsWith("x") ? x : [h]);
  }
  return found;
}

export interface Run {
  signals: Arrays; // t = 0 to T
  errors: Arrays; // of E = h_T, at the weighted input of a layer
}

function run(cell: Terms, state: Given): Run {
  const sizes = { T, D: 2, B: 1, H: 1 }, params = paramsOf(cell, state);
  const x = Float64Array.from(VALUES.flatMap((value, k) => [value, MARKED.includes(k + 1) ? 1 : 0]));
  const { signals, nets } = cell.forward(sizes, params, x);
  const dy = new Float64Array(T);
  dy[T - 1] = 1;
  const { errors } = cell.backward(sizes, params, signals, nets, dy);
  return { signals, errors };
}

export interface Numbers {
  runs: Record<Name, Run>;
  apart: number; // the largest difference of h between LSTM and CIFG
}

export function compute(state: Given): Numbers {
  const runs = Object.fromEntries(NAMES.map((name) => [name, run(CELLS[name], state)])) as Record<Name, Run>;
  const { LSTM: { signals: one }, CIFG: { signals: other } } = runs;
  const apart = Math.max(...Array.from(one.h, (h, t) => Math.abs(h - other.h[t])));
  return { runs, apart };
}
