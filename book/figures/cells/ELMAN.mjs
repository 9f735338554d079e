/* ELMAN: Simple recurrent network. Elman 1990, with tanh.

    h_t = tanh(W_hh h_{t-1} + W_hx x_t + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Needs nothing else. A module: import ELMAN from "./ELMAN.mjs";

    const { y, state, tape } = ELMAN.forward(sizes, params, x, state0);
    const { dparams, dx, dstate0 } = ELMAN.backward(tape, dy, dstate);

sizes: an object of whole numbers, T, D, B, H.
params, state0, dstate: objects of arrays by their names; state0, dy and dstate, or arrays of them,
may be left out and are zeros then. dy is the error that enters at y, dstate at the last states.
Arrays are dense Float64Arrays, the last axis runs fastest; samples are the last axis.
x (T, D, B), y (T, H, B), dy (T, H, B), h (H, B), W_hh (H, H), W_hx (H, D), b_h (H, 1).
Sizes: T steps, D inputs, B samples, H units.
What backward needs of params and inputs is not copied: leave them as they are in between.
*/

const ELMAN = (() => {
  "use strict";

  const letters = "TDBH";
  const shapes = { W_hh: "HH", W_hx: "HD", b_h: "H1" };
  const fixed = {};
  const states = { h: "HB" };
  const inputShapes = { x: "TDB" };
  const output = "THB";

  function numbers(word, sizes) {
    let count = 1;
    for (const letter of word) if (letter !== "1") count *= sizes[letter];
    return count;
  }

  function checkedSizes(sizes) {
    for (const letter of letters) {
      const n = sizes && sizes[letter];
      const least = letter === "T" ? 0 : 1;
      if (!Number.isInteger(n) || n < least)
        throw new RangeError(`sizes.${letter}: expected a whole number >= ${least}, got ${n}`);
    }
    return sizes;
  }

  function checked(what, arrays, words, sizes, optional = false) {
    if (typeof arrays !== "object" || !arrays)
      throw new TypeError(`${what}: expected an object of arrays, got ${arrays}`);
    for (const name of Object.keys(arrays))
      if (!(name in words))
        throw new TypeError(`${what}.${name}: unknown, expected ${Object.keys(words).join(", ")}`);
    for (const [name, word] of Object.entries(words)) {
      const array = arrays[name];
      if (optional && (array === undefined || array === null)) continue;
      if (Object.prototype.toString.call(array) !== "[object Float64Array]")
        throw new TypeError(`${what}.${name}: expected a Float64Array`);
      const count = numbers(word, sizes);
      if (array.length !== count) {
        const shape = Array.from(word).join(", ");
        throw new RangeError(
          `${what}.${name}: expected (${shape}), ${count} numbers, got ${array.length}`);
      }
    }
  }


  /* target (rows, columns) = left (rows, inner) right (inner, columns), added to it or not. In the
     second one left is transposed, (inner, rows) in memory, in the third one right is. */
  function plain(rows, columns, inner, left, right, target, add) {
    if (!add) target.fill(0, 0, rows * columns);
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < inner; k++) {
        const factor = left[r * inner + k];
        for (let c = 0; c < columns; c++)
          target[r * columns + c] += factor * right[k * columns + c];
      }
  }

  function leftTurned(rows, columns, inner, left, right, target, add) {
    if (!add) target.fill(0, 0, rows * columns);
    for (let k = 0; k < inner; k++)
      for (let r = 0; r < rows; r++) {
        const factor = left[k * rows + r];
        for (let c = 0; c < columns; c++)
          target[r * columns + c] += factor * right[k * columns + c];
      }
  }

  function rightTurned(rows, columns, inner, left, right, target, add) {
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += left[r * inner + k] * right[c * inner + k];
        target[r * columns + c] = add ? target[r * columns + c] + sum : sum;
      }
  }

  function forward(sizes, params, x, state0 = {}) {
    const { T, D, B, H } = checkedSizes(sizes);
    checked("params", params, shapes, sizes);
    checked("inputs", { x }, inputShapes, sizes);
    checked("state0", state0, states, sizes, true);
    const { W_hh, W_hx } = params;
    const net = new Float64Array((T + 1) * H * B);
    const biases = new Float64Array(H);
    const flat_net = new Float64Array(H * T * B);
    const flat_x = new Float64Array(D * T * B);
    const y = new Float64Array(T * H * B);
    biases.set(params.b_h);
    if (state0.h) net.set(state0.h, 0);
    for (let t = 1; t <= T; t++) {
      const x_t = x.subarray((t - 1) * D * B, t * D * B);
      for (let row = 0; row < D; row++) {
        for (let b = 0; b < B; b++)
          flat_x[(row * T + t - 1) * B + b] = x_t[row * B + b];
      }
    }
    plain(H, T * B, D, W_hx, flat_x, flat_net, false);
    for (let t = 1; t <= T; t++) {
      const net_t = net.subarray(t * H * B, (t + 1) * H * B);
      const net_last = net.subarray((t - 1) * H * B, t * H * B);
      const h_last = net_last.subarray(0, H * B);
      const h_t = net_t.subarray(0, H * B);
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++)
          net_t[row * B + b] = flat_net[(row * T + t - 1) * B + b] + biases[row];
      }
      plain(H, B, H, W_hh, h_last, net_t, true);
      for (let j = 0; j < H * B; j++)
        h_t[j] = Math.tanh(h_t[j]);
      y.set(h_t, (t - 1) * H * B);
    }
    const state = {
      h: net.slice(T * H * B, T * H * B + H * B),
    };
    const tape = { sizes, params, x, net, flat_x };
    return { y, state, tape };
  }

  function backward(tape, dy, dstate = {}) {
    const { T, D, B, H } = tape.sizes;
    const { x, params, net, flat_x } = tape;
    checked("backward", { dy }, { dy: output }, tape.sizes, true);
    checked("dstate", dstate, states, tape.sizes, true);
    const e = dy || new Float64Array(T * H * B);
    const { W_hh, W_hx } = params;
    const delta = new Float64Array(H * B);
    const delta_h = delta.subarray(0, H * B);
    const next_h = new Float64Array(H * B);
    const flat_last_h = new Float64Array(H * T * B);
    const flat_delta = new Float64Array(H * T * B);
    const dparams = {};
    for (const [name, word] of Object.entries(shapes))
      dparams[name] = new Float64Array(numbers(word, tape.sizes));
    const dx = new Float64Array(T * D * B);
    if (dstate.h) next_h.set(dstate.h);
    for (let t = T; t > 0; t--) {
      const e_t = e.subarray((t - 1) * H * B, t * H * B);
      const net_t = net.subarray(t * H * B, (t + 1) * H * B);
      const h_t = net_t.subarray(0, H * B);
      const dx_t = dx.subarray((t - 1) * D * B, t * D * B);
      const net_last = net.subarray((t - 1) * H * B, t * H * B);
      const h_last = net_last.subarray(0, H * B);
      for (let j = 0; j < H * B; j++)
        delta_h[j] = (next_h[j] + e_t[j]) * (1 - h_t[j] * h_t[j]);
      leftTurned(H, B, H, W_hh, delta_h, next_h, false);
      leftTurned(D, B, H, W_hx, delta_h, dx_t, false);
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++)
          flat_last_h[(row * T + t - 1) * B + b] = h_last[row * B + b];
      }
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++)
          flat_delta[(row * T + t - 1) * B + b] = delta[row * B + b];
      }
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++)
          dparams.b_h[row] += delta_h[row * B + b];
      }
    }
    rightTurned(H, H, T * B, flat_delta, flat_last_h, dparams.W_hh, false);
    rightTurned(H, D, T * B, flat_delta, flat_x, dparams.W_hx, false);
    return { dparams, dx, dstate0: { h: next_h } };
  }

  return Object.freeze({ shapes, fixed, states, inputShapes, output, forward, backward });
})();

export default ELMAN;
