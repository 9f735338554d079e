/* COUPLED, each summand of its error terms by itself.

    i_t = σ(W_ih h_{t-1} + W_ix x_t + b_i)
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    c_t = (1 − i_t) ⊙ c_{t-1} + i_t ⊙ c̃_t
    o_t = σ(W_oh h_{t-1} + W_ox x_t + b_o)
    h_t = o_t ⊙ tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
A module that needs nothing else: import COUPLED from "./COUPLED.terms.mjs";

    const { signals, nets } = COUPLED.forward(sizes, params, x, state0);
    const { totals, errors, parts, dparams } =
      COUPLED.backward(sizes, params, signals, nets, dy, dstate, weights);

sizes: an object of whole numbers, T, B and the widths. Arrays are dense Float64Arrays, samples
last. signals, nets, totals, errors: objects of arrays (T + 1, units, B) by the names of signals;
step 0 has the states before the first step. totals are dE/d(signal), errors the same at the
weighted input; the totals of step 0 are the gradients of state0.
parts: for each summand of a total or a gradient its own array, by its name, "c from h".
weights: numbers by which summands are multiplied, by their names; 1 where none is given.
dy: errors that enter at the output, (T, units, B); dstate: errors that enter at the last states.
*/

const COUPLED = (() => {
  "use strict";

  const shapes = {"W_ih": "HH", "W_ix": "HD", "b_i": "H1", "W_ch": "HH", "W_cx": "HD", "b_c": "H1", "W_oh": "HH", "W_ox": "HD", "b_o": "H1"};
  const states = {"h": "H", "c": "H"};
  const letters = {"x": "D", "i": "H", "c_tilde": "H", "c": "H", "o": "H", "h": "H"};
  const summands = {"x from i": ["x", "i"], "x from c_tilde": ["x", "c_tilde"], "x from o": ["x", "o"], "i from c": ["i", "c"], "c_tilde from c": ["c_tilde", "c"], "c from h": ["c", "h"], "c from c": ["c", "c"], "o from h": ["o", "h"], "h from i": ["h", "i"], "h from c_tilde": ["h", "c_tilde"], "h from o": ["h", "o"], "b_i from i": ["b_i", "i"], "b_c from c_tilde": ["b_c", "c_tilde"], "b_o from o": ["b_o", "o"], "W_ih from i": ["W_ih", "i"], "W_ix from i": ["W_ix", "i"], "W_ch from c_tilde": ["W_ch", "c_tilde"], "W_cx from c_tilde": ["W_cx", "c_tilde"], "W_oh from o": ["W_oh", "o"], "W_ox from o": ["W_ox", "o"]};
  const sigmoid = (u) => 0.5 * Math.tanh(0.5 * u) + 0.5;

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
    if (state0.c) signals.c.set(state0.c);
    for (let t = 1; t <= T; t++) {
      {
        const product0 = times(params.W_ix, sizes.H, sizes.D, filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B, false);
        const product1 = times(params.W_ih, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B, false);
        at(nets, "i", t, sizes).set(
          filled(sizes.H, B, (row, j) => (params.b_i[row] + product1[j] + product0[j])));
        at(signals, "i", t, sizes).set(
          filled(sizes.H, B, (row, j) => sigmoid(nets.i[(t) * sizes.H * B + j])));
      }
      {
        const product0 = times(params.W_cx, sizes.H, sizes.D, filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B, false);
        const product1 = times(params.W_ch, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B, false);
        at(nets, "c_tilde", t, sizes).set(
          filled(sizes.H, B, (row, j) => (params.b_c[row] + product1[j] + product0[j])));
        at(signals, "c_tilde", t, sizes).set(
          filled(sizes.H, B, (row, j) => Math.tanh(nets.c_tilde[(t) * sizes.H * B + j])));
      }
      {
        at(nets, "c", t, sizes).set(
          filled(sizes.H, B, (row, j) => ((1.0 + (-1.0) * signals.i[(t) * sizes.H * B + j]) * signals.c[(t - 1) * sizes.H * B + j] + signals.c_tilde[(t) * sizes.H * B + j] * signals.i[(t) * sizes.H * B + j])));
        at(signals, "c", t, sizes).set(
          filled(sizes.H, B, (row, j) => nets.c[(t) * sizes.H * B + j]));
      }
      {
        const product0 = times(params.W_ox, sizes.H, sizes.D, filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B, false);
        const product1 = times(params.W_oh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B, false);
        at(nets, "o", t, sizes).set(
          filled(sizes.H, B, (row, j) => (params.b_o[row] + product1[j] + product0[j])));
        at(signals, "o", t, sizes).set(
          filled(sizes.H, B, (row, j) => sigmoid(nets.o[(t) * sizes.H * B + j])));
      }
      {
        at(nets, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => signals.o[(t) * sizes.H * B + j] * Math.tanh(signals.c[(t) * sizes.H * B + j])));
        at(signals, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => nets.h[(t) * sizes.H * B + j]));
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
    if (dstate.c) at(totals, "c", T, sizes).set(dstate.c);
    for (let t = T; t >= 0; t--) {
      if (dy && t) at(totals, "h", t, sizes).forEach((value, j, total) => {
        total[j] = value + dy[(t - 1) * sizes.H * B + j];
      });
      if (t + 1 <= T) {
        add("h from i", t, times(params.W_ih, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.i[(t + 1) * sizes.H * B + j]), B, true));
      }
      if (t + 1 <= T) {
        add("h from c_tilde", t, times(params.W_ch, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.c_tilde[(t + 1) * sizes.H * B + j]), B, true));
      }
      if (t + 1 <= T) {
        add("h from o", t, times(params.W_oh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.o[(t + 1) * sizes.H * B + j]), B, true));
      }
      if (t) {
        at(errors, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.h[(t) * sizes.H * B + j]));
      }
      if (t) {
        add("o from h", t, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j] * Math.tanh(signals.c[(t) * sizes.H * B + j])));
      }
      if (t) {
        at(errors, "o", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.o[(t) * sizes.H * B + j] * (1.0 + (-1.0) * signals.o[(t) * sizes.H * B + j]) * signals.o[(t) * sizes.H * B + j]));
      }
      if (t) {
        add("c from h", t, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j] * (1.0 + (-1.0) * Math.pow(Math.tanh(signals.c[(t) * sizes.H * B + j]), 2.0)) * signals.o[(t) * sizes.H * B + j]));
      }
      if (t + 1 <= T) {
        add("c from c", t, filled(sizes.H, B, (row, j) => errors.c[(t + 1) * sizes.H * B + j] * (1.0 + (-1.0) * signals.i[(t + 1) * sizes.H * B + j])));
      }
      if (t) {
        at(errors, "c", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.c[(t) * sizes.H * B + j]));
      }
      if (t) {
        add("c_tilde from c", t, filled(sizes.H, B, (row, j) => errors.c[(t) * sizes.H * B + j] * signals.i[(t) * sizes.H * B + j]));
      }
      if (t) {
        at(errors, "c_tilde", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.c_tilde[(t) * sizes.H * B + j] * (1.0 + (-1.0) * Math.pow(signals.c_tilde[(t) * sizes.H * B + j], 2.0))));
      }
      if (t) {
        add("i from c", t, filled(sizes.H, B, (row, j) => errors.c[(t) * sizes.H * B + j] * ((-1.0) * signals.c[(t - 1) * sizes.H * B + j] + signals.c_tilde[(t) * sizes.H * B + j])));
      }
      if (t) {
        at(errors, "i", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.i[(t) * sizes.H * B + j] * (1.0 + (-1.0) * signals.i[(t) * sizes.H * B + j]) * signals.i[(t) * sizes.H * B + j]));
      }
      if (t) {
        add("x from i", t, times(params.W_ix, sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.i[(t) * sizes.H * B + j]), B, true));
      }
      if (t) {
        add("x from c_tilde", t, times(params.W_cx, sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.c_tilde[(t) * sizes.H * B + j]), B, true));
      }
      if (t) {
        add("x from o", t, times(params.W_ox, sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.o[(t) * sizes.H * B + j]), B, true));
      }
    }
    for (let t = 1; t <= T; t++) {
      {
        add("b_i from i", null, summed(sizes.H, B, filled(sizes.H, B, (row, j) => errors.i[(t) * sizes.H * B + j])));
      }
      {
        add("b_c from c_tilde", null, summed(sizes.H, B, filled(sizes.H, B, (row, j) => errors.c_tilde[(t) * sizes.H * B + j])));
      }
      {
        add("b_o from o", null, summed(sizes.H, B, filled(sizes.H, B, (row, j) => errors.o[(t) * sizes.H * B + j])));
      }
      {
        add("W_ih from i", null, outer(sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.i[(t) * sizes.H * B + j]), filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B));
      }
      {
        add("W_ix from i", null, outer(sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.i[(t) * sizes.H * B + j]), filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B));
      }
      {
        add("W_ch from c_tilde", null, outer(sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.c_tilde[(t) * sizes.H * B + j]), filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B));
      }
      {
        add("W_cx from c_tilde", null, outer(sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.c_tilde[(t) * sizes.H * B + j]), filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B));
      }
      {
        add("W_oh from o", null, outer(sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.o[(t) * sizes.H * B + j]), filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B));
      }
      {
        add("W_ox from o", null, outer(sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.o[(t) * sizes.H * B + j]), filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B));
      }
    }
    return { totals, errors, parts, dparams };
  }

  return Object.freeze({ shapes, states, letters, summands, forward, backward });
})();

export default COUPLED;
