/* GRU_BEFORE, each summand of its error terms by itself.

    z_t = σ(W_zh h_{t-1} + W_zx x_t + b_z)
    r_t = σ(W_rh h_{t-1} + W_rx x_t + b_r)
    h̃_t = tanh(W_hh (r_t ⊙ h_{t-1}) + W_hx x_t + b_h)
    h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ h̃_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
A module that needs nothing else: import GRU_BEFORE from "./GRU_BEFORE.terms.mjs";

    const { signals, nets } = GRU_BEFORE.forward(sizes, params, x, state0);
    const { totals, errors, parts, dparams } =
      GRU_BEFORE.backward(sizes, params, signals, nets, dy, dstate, weights);

sizes: an object of whole numbers, T, B and the widths. Arrays are dense Float64Arrays, samples
last. signals, nets, totals, errors: objects of arrays (T + 1, units, B) by the names of signals;
step 0 has the states before the first step. totals are dE/d(signal), errors the same at the
weighted input; the totals of step 0 are the gradients of state0.
parts: for each summand of a total or a gradient its own array, by its name, "c from h".
weights: numbers by which summands are multiplied, by their names; 1 where none is given.
dy: errors that enter at the output, (T, units, B); dstate: errors that enter at the last states.
*/

const GRU_BEFORE = (() => {
  "use strict";

  const shapes = {"W_zh": "HH", "W_zx": "HD", "b_z": "H1", "W_rh": "HH", "W_rx": "HD", "b_r": "H1", "W_hh": "HH", "W_hx": "HD", "b_h": "H1"};
  const states = {"h": "H"};
  const letters = {"x": "D", "z": "H", "r": "H", "h_tilde": "H", "h": "H"};
  const summands = {"x from z": ["x", "z"], "x from r": ["x", "r"], "x from h_tilde": ["x", "h_tilde"], "z from h": ["z", "h"], "r from h_tilde": ["r", "h_tilde"], "h_tilde from h": ["h_tilde", "h"], "h from z": ["h", "z"], "h from r": ["h", "r"], "h from h_tilde": ["h", "h_tilde"], "h from h": ["h", "h"], "b_z from z": ["b_z", "z"], "b_r from r": ["b_r", "r"], "b_h from h_tilde": ["b_h", "h_tilde"], "W_zh from z": ["W_zh", "z"], "W_zx from z": ["W_zx", "z"], "W_rh from r": ["W_rh", "r"], "W_rx from r": ["W_rx", "r"], "W_hh from h_tilde": ["W_hh", "h_tilde"], "W_hx from h_tilde": ["W_hx", "h_tilde"]};
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
    for (let t = 1; t <= T; t++) {
      {
        const product0 = times(params.W_zx, sizes.H, sizes.D, filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B, false);
        const product1 = times(params.W_zh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B, false);
        at(nets, "z", t, sizes).set(
          filled(sizes.H, B, (row, j) => (params.b_z[row] + product1[j] + product0[j])));
        at(signals, "z", t, sizes).set(
          filled(sizes.H, B, (row, j) => sigmoid(nets.z[(t) * sizes.H * B + j])));
      }
      {
        const product0 = times(params.W_rx, sizes.H, sizes.D, filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B, false);
        const product1 = times(params.W_rh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B, false);
        at(nets, "r", t, sizes).set(
          filled(sizes.H, B, (row, j) => (params.b_r[row] + product1[j] + product0[j])));
        at(signals, "r", t, sizes).set(
          filled(sizes.H, B, (row, j) => sigmoid(nets.r[(t) * sizes.H * B + j])));
      }
      {
        const product0 = times(params.W_hx, sizes.H, sizes.D, filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B, false);
        const product1 = times(params.W_hh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j] * signals.r[(t) * sizes.H * B + j]), B, false);
        at(nets, "h_tilde", t, sizes).set(
          filled(sizes.H, B, (row, j) => (params.b_h[row] + product1[j] + product0[j])));
        at(signals, "h_tilde", t, sizes).set(
          filled(sizes.H, B, (row, j) => Math.tanh(nets.h_tilde[(t) * sizes.H * B + j])));
      }
      {
        at(nets, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => ((1.0 + (-1.0) * signals.z[(t) * sizes.H * B + j]) * signals.h_tilde[(t) * sizes.H * B + j] + signals.h[(t - 1) * sizes.H * B + j] * signals.z[(t) * sizes.H * B + j])));
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
    for (let t = T; t >= 0; t--) {
      if (dy && t) at(totals, "h", t, sizes).forEach((value, j, total) => {
        total[j] = value + dy[(t - 1) * sizes.H * B + j];
      });
      if (t + 1 <= T) {
        add("h from z", t, times(params.W_zh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.z[(t + 1) * sizes.H * B + j]), B, true));
      }
      if (t + 1 <= T) {
        add("h from r", t, times(params.W_rh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.r[(t + 1) * sizes.H * B + j]), B, true));
      }
      if (t + 1 <= T) {
        add("h from h_tilde", t, ((G) => filled(sizes.H, B, (row, j) => G[j] * signals.r[(t + 1) * sizes.H * B + j]))(times(params.W_hh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.h_tilde[(t + 1) * sizes.H * B + j]), B, true)));
      }
      if (t + 1 <= T) {
        add("h from h", t, filled(sizes.H, B, (row, j) => errors.h[(t + 1) * sizes.H * B + j] * signals.z[(t + 1) * sizes.H * B + j]));
      }
      if (t) {
        at(errors, "h", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.h[(t) * sizes.H * B + j]));
      }
      if (t) {
        add("h_tilde from h", t, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j] * (1.0 + (-1.0) * signals.z[(t) * sizes.H * B + j])));
      }
      if (t) {
        at(errors, "h_tilde", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.h_tilde[(t) * sizes.H * B + j] * (1.0 + (-1.0) * Math.pow(signals.h_tilde[(t) * sizes.H * B + j], 2.0))));
      }
      if (t) {
        add("r from h_tilde", t, ((G) => filled(sizes.H, B, (row, j) => G[j] * signals.h[(t - 1) * sizes.H * B + j]))(times(params.W_hh, sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.h_tilde[(t) * sizes.H * B + j]), B, true)));
      }
      if (t) {
        at(errors, "r", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.r[(t) * sizes.H * B + j] * (1.0 + (-1.0) * signals.r[(t) * sizes.H * B + j]) * signals.r[(t) * sizes.H * B + j]));
      }
      if (t) {
        add("z from h", t, filled(sizes.H, B, (row, j) => errors.h[(t) * sizes.H * B + j] * ((-1.0) * signals.h_tilde[(t) * sizes.H * B + j] + signals.h[(t - 1) * sizes.H * B + j])));
      }
      if (t) {
        at(errors, "z", t, sizes).set(
          filled(sizes.H, B, (row, j) => totals.z[(t) * sizes.H * B + j] * (1.0 + (-1.0) * signals.z[(t) * sizes.H * B + j]) * signals.z[(t) * sizes.H * B + j]));
      }
      if (t) {
        add("x from z", t, times(params.W_zx, sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.z[(t) * sizes.H * B + j]), B, true));
      }
      if (t) {
        add("x from r", t, times(params.W_rx, sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.r[(t) * sizes.H * B + j]), B, true));
      }
      if (t) {
        add("x from h_tilde", t, times(params.W_hx, sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.h_tilde[(t) * sizes.H * B + j]), B, true));
      }
    }
    for (let t = 1; t <= T; t++) {
      {
        add("b_z from z", null, summed(sizes.H, B, filled(sizes.H, B, (row, j) => errors.z[(t) * sizes.H * B + j])));
      }
      {
        add("b_r from r", null, summed(sizes.H, B, filled(sizes.H, B, (row, j) => errors.r[(t) * sizes.H * B + j])));
      }
      {
        add("b_h from h_tilde", null, summed(sizes.H, B, filled(sizes.H, B, (row, j) => errors.h_tilde[(t) * sizes.H * B + j])));
      }
      {
        add("W_zh from z", null, outer(sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.z[(t) * sizes.H * B + j]), filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B));
      }
      {
        add("W_zx from z", null, outer(sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.z[(t) * sizes.H * B + j]), filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B));
      }
      {
        add("W_rh from r", null, outer(sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.r[(t) * sizes.H * B + j]), filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j]), B));
      }
      {
        add("W_rx from r", null, outer(sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.r[(t) * sizes.H * B + j]), filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B));
      }
      {
        add("W_hh from h_tilde", null, outer(sizes.H, sizes.H, filled(sizes.H, B, (row, j) => errors.h_tilde[(t) * sizes.H * B + j]), filled(sizes.H, B, (row, j) => signals.h[(t - 1) * sizes.H * B + j] * signals.r[(t) * sizes.H * B + j]), B));
      }
      {
        add("W_hx from h_tilde", null, outer(sizes.H, sizes.D, filled(sizes.H, B, (row, j) => errors.h_tilde[(t) * sizes.H * B + j]), filled(sizes.D, B, (row, j) => signals.x[(t) * sizes.D * B + j]), B));
      }
    }
    return { totals, errors, parts, dparams };
  }

  return Object.freeze({ shapes, states, letters, summands, forward, backward });
})();

export default GRU_BEFORE;
