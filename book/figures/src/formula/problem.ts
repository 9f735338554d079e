/* A random problem for a check of gradients, its right and struck gradients, and a witness. */
import LSTM from "../../cells/LSTM.mjs";
import TERMS from "../../cells/LSTM.terms.mjs";

export type Arrays = Record<string, Float64Array>;
const [D, H] = [3, 4];
const STEP = 1e-3;

export interface Settings {
  T: number; B: number; scale: number;
  bias: boolean; states: boolean; every: boolean; // random biases, states; an error at every step
}

export interface Problem { sizes: Record<string, number>; params: Arrays; x: Float64Array; state0: Arrays; dy: Float64Array }

/* Numbers that are nearly normal, the same on every machine: the sum of twelve even ones, less six. */
function normals(seed: number, count: number, scale: number): Float64Array {
  let now = 12345 + 7919 * seed;
  const even = () => { now = (now * 1103515245 + 12345) % 2147483648; return now / 2147483648; };
  return Float64Array.from({ length: count }, () => {
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += even();
    return scale * sum;
  });
}

export function problem({ T, B, scale, bias, states, every }: Settings): Problem {
  const widths: Record<string, number> = { H, D, 1: 1 };
  const params: Arrays = {};
  Object.entries(LSTM.shapes).forEach(([name, [rows, columns]], k) => {
    const size = name.startsWith("b_") && !bias ? 0 : scale;
    params[name] = normals(k, widths[rows] * widths[columns], size);
  });
  const dy = normals(101, T * H * B, 1);
  if (!every) dy.fill(0, 0, (T - 1) * H * B);
  const start = states ? scale : 0;
  return {
    sizes: { T, B, D, H }, params, dy,
    x: normals(102, T * D * B, Math.max(scale, 0.5)), // data are of order 1 even where weights are tiny
    state0: { h: normals(103, H * B, start), c: normals(104, H * B, start) },
  };
}

/* The gradients of all tensors, with some summands left out. */
export function gradients({ sizes, params, x, state0, dy }: Problem, struck: string[] = []): Arrays {
  const { signals, nets } = TERMS.forward(sizes, params, x, state0);
  const weights = Object.fromEntries(struck.map((name) => [name, 0]));
  const { totals, dparams } = TERMS.backward(sizes, params, signals, nets, dy, {}, weights);
  const units = H * sizes.B;
  return { ...dparams, x: totals.x.slice(D * sizes.B), h_0: totals.h.slice(0, units), c_0: totals.c.slice(0, units) };
}

/* The tensor of a name in a problem, to be changed in place. */
function tensor(given: Problem, name: string): Float64Array {
  if (name === "x") return given.x;
  return name.endsWith("_0") ? given.state0[name[0]] : given.params[name];
}

/* The derivative by each entry, from five values of E on a line: only the forward pass is asked. */
export function witness(given: Problem, name: string): Float64Array {
  const E = () => {
    const { y } = LSTM.forward(given.sizes, given.params, given.x, given.state0);
    return y.reduce((sum, value, j) => sum + value * given.dy[j], 0);
  };
  const values = tensor(given, name);
  return Float64Array.from(values, (old, j) => {
    const at = (steps: number) => { values[j] = old + steps * STEP; const found = E(); values[j] = old; return found; };
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * STEP);
  });
}

/* What was asked last: nothing of it changes while summands are struck out. */
const asked: { settings: string; found: Arrays } = { settings: "", found: {} };

export function remembered(settings: Settings, given: Problem, name: string): Float64Array {
  const { T, B, scale, bias, states, every } = settings;
  const word = JSON.stringify([T, B, scale, bias, states, every]);
  if (asked.settings !== word) Object.assign(asked, { settings: word, found: {} });
  return (asked.found[name] ??= witness(given, name));
}

/* The largest deviation, of the largest entry that is wanted; of 1 where all of these are 0. */
export function relative(have: Float64Array, want: Float64Array): number {
  const most = want.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
  return have.reduce((found, value, j) => Math.max(found, Math.abs(value - want[j])), 0) / (most || 1);
}
