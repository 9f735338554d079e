/* ELMAN, each summand of its error terms by itself.

    h_t = tanh(W_hh h_{t-1} + W_hx x_t + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
A module that needs nothing else: import ELMAN from "./ELMAN.terms.mjs";

    const { signals, nets } = ELMAN.forward(sizes, params, x, state0);
    const { totals, errors, parts, dparams } =
      ELMAN.backward(sizes, params, signals, nets, dy, dstate, weights);

sizes: an object of whole numbers, T, B and the widths. Arrays are dense Float64Arrays, samples
last. signals, nets, totals, errors: objects of arrays (T + 1, units, B) by the names of signals;
step 0 has the states before the first step. totals are dE/d(signal), errors the same at the
weighted input; the totals of step 0 are the gradients of state0.
parts: for each summand of a total or a gradient its own array, by its name, "c from h".
weights: numbers by which summands are multiplied, by their names; 1 where none is given.
dy: errors that enter at the output, (T, units, B); dstate: errors that enter at the last states.
*/

const ELMAN = (() => {
  "use strict";

  const shapes = {"W_hh": "HH", "W_hx": "HD", "b_h": "H1"};
  const states = {"h": "H"};
  const letters = {"x": "D", "h": "H"};
  const summands = {"x from h": ["x", "h"], "h from h": ["h", "h"], "b_h from h": ["b_h", "h"], "W_hh from h": ["W_hh", "h"], "W_hx from h": ["W_hx", "h"]};

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

  function forward(sizes, params, x, state0 = {}) {
    const { T, B } = sizes;
    const signals = {}, nets = {};
    for (const [name, letter] of Object.entries(letters)) {
      signals[name] = new Float64Array((T + 1) * sizes[letter] * B);
      nets[name] = new Float64Array((T + 1) * sizes[letter] * B);
    }
    signals.x.set(x, sizes.D * B);
    if (state0.h) signals.h.set(state0.h);
    for (let t = 1; t <= T; t++) {
      {
        const product0 = times(params.W_hx, sizes.H, sizes.D, filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B, false);
        const product1 = times(params.W_hh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B, false);
        at(nets, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => (params.b_h[row] + product1[j] + product0[j])));
        at(signals, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => Math.tanh(nets.h[(t) * sizes.H * B + j])));
      }
    }
    return { signals, nets };
  }

  function backward(sizes, params, signals, nets, dy, dstate = {}, weights = {}) {
    const { T, B } = sizes;
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
    if (dstate.h) at(totals, "h", T, sizes).set(dstate.h);
    for (let t = T; t >= 0; t--) {
      if (dy && t) at(totals, "h", t, sizes).forEach((value, j, total) => {
        total[j] = value + dy[(t - 1) * sizes.H * B + j];
      });
      if (t + 1 <= T) {
        add("h from h", t, times(params.W_hh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.h[(t + 1) * sizes.H * B + j]), B, true));
      }
      if (t) {
        at(errors, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.h[(t) * sizes.H * B + j] * (1.0 + (-1.0) * Math.pow(signals.h[(t) * sizes.H * B + j], 2.0))));
      }
      if (t) {
        add("x from h", t, times(params.W_hx, sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j]), B, true));
      }
    }
    for (let t = 1; t <= T; t++) {
      {
        add("b_h from h", null, summed(sizes.H, B, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j])));
      }
      {
        add("W_hh from h", null, outer(sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j]), filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B));
      }
      {
        add("W_hx from h", null, outer(sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j]), filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B));
      }
    }
    return { totals, errors, parts, dparams };
  }

  return Object.freeze({ shapes, states, letters, summands, forward, backward });
})();

export default ELMAN;
