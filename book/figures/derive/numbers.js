/* A problem with random numbers for a generated cell, its gradients by its own backward pass, and
   every one of them again by a complex step: the forward pass at w + iε has the derivative as its
   imaginary part over ε, with no subtraction, and so to the last digits. */
import { Numbers, arithmetic } from "./complex.js";
import { rewritten } from "./rewrite.js";

const EPSILON = 1e-30;
const SCALE = 0.8;

/* The letters of sizes that a cell has, small; unlike ones, so that a transposed matrix shows. */
function sizesOf(cell) {
  const words = [...Object.values(cell.inputShapes), ...Object.values(cell.states),
    ...Object.values(cell.shapes), ...Object.values(cell.fixed), cell.output].join("");
  const sizes = { T: 4, B: 2, D: 3, H: 4, G: 2 };
  const own = [...new Set(words)].filter((letter) => letter !== "1");
  own.filter((letter) => !(letter in sizes)).sort().forEach((letter, k) => { sizes[letter] = 5 + k; });
  return Object.fromEntries(own.map((letter) => [letter, sizes[letter]]));
}

/* Normally distributed numbers of a seed, the same in every browser but for the last digit. */
function normals(seed) {
  let state = seed >>> 0;
  const uniform = () => { // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

export function problem(cell, seed) {
  const sizes = sizesOf(cell), normal = normals(seed);
  const drawn = (word) => {
    const count = [...word].reduce((n, letter) => n * (letter === "1" ? 1 : sizes[letter]), 1);
    return Float64Array.from({ length: count }, () => SCALE * normal());
  };
  const all = (words) => Object.fromEntries(Object.entries(words).map(([n, word]) => [n, drawn(word)]));
  return { sizes, params: all({ ...cell.shapes, ...cell.fixed }), inputs: all(cell.inputShapes),
    state0: all(cell.states), dy: drawn(cell.output), dstate: all(cell.states) };
}

/* The argument for the inputs: an array, or an object of several. */
const given = (inputs) => (Object.keys(inputs).length > 1 ? inputs : Object.values(inputs)[0]);

export function byHand(cell, { sizes, params, inputs, state0, dy, dstate }) {
  const { tape } = cell.forward(sizes, params, given(inputs), state0);
  const { dparams, dx, dstate0 } = cell.backward(tape, dy, dstate);
  const dinputs = Object.keys(inputs).length > 1 ? dx : { [Object.keys(inputs)[0]]: dx };
  return { params: dparams, inputs: dinputs, state0: dstate0 };
}

const asNumbers = (arrays) => Object.fromEntries(
  Object.entries(arrays).map(([name, array]) => [name, new Numbers(Float64Array.from(array))]));

/* The imaginary part of E = Σ dy y + Σ dstate state, which is linear in all that comes out. */
function imaginary({ y, state }, { dy, dstate }) {
  let sum = 0;
  y.im.forEach((value, k) => { sum += value * dy[k]; });
  for (const name of Object.keys(dstate)) state[name].im.forEach((value, k) => { sum += value * dstate[name][k]; });
  return sum;
}

export function byComplexStep(cell, task, learned) {
  const groups = { params: asNumbers(task.params), inputs: asNumbers(task.inputs), state0: asNumbers(task.state0) };
  const slopes = (array) => Float64Array.from(array.im, (_, k) => {
    array.im[k] = EPSILON;
    const out = cell.forward(task.sizes, groups.params, given(groups.inputs), groups.state0);
    array.im[k] = 0;
    return imaginary(out, task) / EPSILON;
  });
  return Object.fromEntries(Object.entries(groups).map(([group, arrays]) => [group, Object.fromEntries(
    Object.entries(arrays).filter(([name]) => group !== "params" || learned.includes(name))
      .map(([name, array]) => [name, slopes(array)]))]));
}

/* The largest difference of an array, relative to its largest number. */
function difference(got, want) {
  const scale = Math.max(...want.map(Math.abs)) || 1;
  const off = Math.max(...got.map((value, k) => Math.abs(value - want[k]))) / scale;
  return Number.isNaN(off) ? Infinity : off;
}

/* {sizes, rows: [{name, shape, count, off}], count, off} of a script and the name of its constant. */
export function check(source, name, seed) {
  const cell = new Function(`${source}\nreturn ${name};`)();
  const complex = new Function("$", rewritten(source, name))(arithmetic);
  const task = problem(cell, seed);
  const got = byHand(cell, task), want = byComplexStep(complex, task, Object.keys(cell.shapes));
  const words = { params: cell.shapes, inputs: cell.inputShapes, state0: cell.states };
  const rows = Object.entries(words).flatMap(([group, own]) => Object.entries(own).map(([n, word]) => ({
    name: group === "state0" ? `${n}_0` : n,
    shape: [...word].map((letter) => (letter === "1" ? 1 : task.sizes[letter])).join(" × "),
    count: want[group][n].length,
    off: difference(got[group][n], want[group][n]),
  })));
  return { sizes: task.sizes, rows, count: rows.reduce((sum, row) => sum + row.count, 0),
    off: Math.max(...rows.map((row) => row.off)), task, got, want };
}
