"""What every module of `js_terms` has in common: its head, and its helpers."""

HEAD = """/* {name}, each summand of its error terms by itself.

{equations}

Derived and written by lstm_ref.derive from the equations above; do not edit.
A module that needs nothing else: import {name} from "./{name}.terms.mjs";

    const {{ signals, nets }} = {name}.forward(sizes, params, x, state0);
    const {{ totals, errors, parts, dparams }} =
      {name}.backward(sizes, params, signals, nets, dy, dstate, weights);

sizes: an object of whole numbers, T, B and the widths. Arrays are dense Float64Arrays, samples
last. signals, nets, totals, errors: objects of arrays (T + 1, units, B) by the names of signals;
step 0 has the states before the first step. totals are dE/d(signal), errors the same at the
weighted input; the totals of step 0 are the gradients of state0.
parts: for each summand of a total or a gradient its own array, by its name, "c from h".
weights: numbers by which summands are multiplied, by their names; 1 where none is given.
dy: errors that enter at the output, (T, units, B); dstate: errors that enter at the last states.
*/
"""

HELP = """
function count(sizes, letters) {
  let found = 1;
  for (const letter of letters) if (letter !== "1") found *= sizes[letter];
  return found;
}

/* One step of an array of arrays by the names of signals, (units, B). */
function at(arrays, name, t, sizes) {
  const size = sizes[letters[name]] * sizes.B;
  return arrays[name].subarray(t * size, (t + 1) * size);
}

/* A v, or its transpose times v; v (units, B). */
function times(matrix, rows, columns, v, B, turned) {
  const found = new Float64Array((turned ? columns : rows) * B);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < columns; k++) {
      const factor = matrix[r * columns + k];
      const from = (turned ? r : k) * B, to = (turned ? k : r) * B;
      for (let b = 0; b < B; b++) found[to + b] += factor * v[from + b];
    }
  return found;
}

/* A vector's values and the matrix left rightT, summed over samples. */
function summed(rows, B, values) {
  const found = new Float64Array(rows);
  values.forEach((value, j) => { found[Math.floor(j / B)] += value; });
  return found;
}

function outer(rows, columns, left, right, B) {
  const found = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      for (let b = 0; b < B; b++) found[r * columns + c] += left[r * B + b] * right[c * B + b];
  return found;
}

/* The values of one expression, (units, B). */
function filled(rows, B, value) {
  const found = new Float64Array(rows * B);
  for (let row = 0; row < rows; row++)
    for (let b = 0; b < B; b++) found[row * B + b] = value(row, row * B + b);
  return found;
}
"""

BACK = """
const totals = {}, errors = {}, parts = {}, dparams = {};
for (const [name, letter] of Object.entries(letters)) {
  totals[name] = new Float64Array((T + 1) * sizes[letter] * B);
  errors[name] = new Float64Array((T + 1) * sizes[letter] * B);
}
for (const [name, [of]] of Object.entries(summands))
  parts[name] = new Float64Array(
    of in letters ? (T + 1) * sizes[letters[of]] * B : count(sizes, shapes[of]));
for (const [name, word] of Object.entries(shapes))
  dparams[name] = new Float64Array(count(sizes, word));
/* Weigh a summand, keep it, and add it to its total; t: the step, null for a gradient. */
function add(name, t, values) {
  const weight = weights[name] ?? 1, [of, ] = summands[name];
  const target = t === null ? dparams[of] : at(totals, of, t, sizes);
  const offset = t === null ? 0 : t * values.length;
  for (let j = 0; j < values.length; j++) {
    parts[name][offset + j] += weight * values[j];
    target[j] += weight * values[j];
  }
}
""".strip("\n")
