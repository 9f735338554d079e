/* LSTM_WITHOUT_CAROUSEL: LSTM with terms left out of its gradient, wrong on purpose.

    f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)
    i_t = σ(W_ih h_{t-1} + W_ix x_t + b_i)
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t
    o_t = σ(W_oh h_{t-1} + W_ox x_t + b_o)
    h_t = o_t ⊙ tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Needs nothing else. A module: import LSTM_WITHOUT_CAROUSEL from "./LSTM_WITHOUT_CAROUSEL.mjs";

    const { y, state, tape } = LSTM_WITHOUT_CAROUSEL.forward(sizes, params, x, state0);
    const { dparams, dx, dstate0 } = LSTM_WITHOUT_CAROUSEL.backward(tape, dy, dstate);

sizes: an object of whole numbers, T, D, B, H.
params, state0, dstate: objects of arrays by their names; state0, dy and dstate, or arrays of them,
may be left out and are zeros then. dy is the error that enters at y, dstate at the last states.
Arrays are dense Float64Arrays, the last axis runs fastest; samples are the last axis.
x (T, D, B), y (T, H, B), dy (T, H, B), h (H, B), c (H, B), W_fh (H, H), W_fx (H, D), b_f (H, 1),
W_ih (H, H), W_ix (H, D), b_i (H, 1), W_ch (H, H), W_cx (H, D), b_c (H, 1), W_oh (H, H),
W_ox (H, D), b_o (H, 1).
Sizes: T steps, D inputs, B samples, H units.
What backward needs of params and inputs is not copied: leave them as they are in between.
*/

const LSTM_WITHOUT_CAROUSEL = (() => {
  "use strict";

  const letters = "TDBH";
  const shapes = { W_fh: "HH", W_fx: "HD", b_f: "H1", W_ih: "HH", W_ix: "HD", b_i: "H1",
    W_ch: "HH", W_cx: "HD", b_c: "H1", W_oh: "HH", W_ox: "HD", b_o: "H1" };
  const fixed = {};
  const states = { h: "HB", c: "HB" };
  const inputShapes = { x: "TDB" };
  const output = "THB";

  function sigmoid(u) {
    return 0.5 * Math.tanh(0.5 * u) + 0.5;
  }

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
    const net = new Float64Array((T + 1) * 4 * H * B);
    const c = new Float64Array((T + 1) * H * B);
    const h = new Float64Array((T + 1) * H * B);
    const tanh_c = new Float64Array((T + 1) * H * B);
    const W_h = new Float64Array(4 * H * H);
    const W_x = new Float64Array(4 * H * D);
    const biases = new Float64Array(4 * H);
    const flat_net = new Float64Array(4 * H * T * B);
    const flat_x = new Float64Array(D * T * B);
    const y = new Float64Array(T * H * B);
    W_h.set(params.W_fh);
    W_h.set(params.W_ih, H * H);
    W_h.set(params.W_oh, 2 * H * H);
    W_h.set(params.W_ch, 3 * H * H);
    W_x.set(params.W_fx);
    W_x.set(params.W_ix, H * D);
    W_x.set(params.W_ox, 2 * H * D);
    W_x.set(params.W_cx, 3 * H * D);
    biases.set(params.b_f);
    biases.set(params.b_i, H);
    biases.set(params.b_o, 2 * H);
    biases.set(params.b_c, 3 * H);
    if (state0.h) h.set(state0.h);
    if (state0.c) c.set(state0.c);
    for (let t = 1; t <= T; t++) {
      const x_t = x.subarray((t - 1) * D * B, t * D * B);
      for (let row = 0; row < D; row++) {
        for (let b = 0; b < B; b++)
          flat_x[(row * T + t - 1) * B + b] = x_t[row * B + b];
      }
    }
    plain(4 * H, T * B, D, W_x, flat_x, flat_net, false);
    for (let t = 1; t <= T; t++) {
      const net_t = net.subarray(t * 4 * H * B, (t + 1) * 4 * H * B);
      const h_last = h.subarray((t - 1) * H * B, t * H * B);
      const f_t = net_t.subarray(0, H * B);
      const i_t = net_t.subarray(H * B, 2 * H * B);
      const o_t = net_t.subarray(2 * H * B, 3 * H * B);
      const c_tilde_t = net_t.subarray(3 * H * B, 4 * H * B);
      const c_last = c.subarray((t - 1) * H * B, t * H * B);
      const c_t = c.subarray(t * H * B, (t + 1) * H * B);
      const tanh_c_t = tanh_c.subarray(t * H * B, (t + 1) * H * B);
      const h_t = h.subarray(t * H * B, (t + 1) * H * B);
      for (let row = 0; row < 4 * H; row++) {
        for (let b = 0; b < B; b++)
          net_t[row * B + b] = flat_net[(row * T + t - 1) * B + b] + biases[row];
      }
      plain(4 * H, B, H, W_h, h_last, net_t, true);
      for (let j = 0; j < H * B; j++) {
        f_t[j] = sigmoid(f_t[j]);
        i_t[j] = sigmoid(i_t[j]);
        o_t[j] = sigmoid(o_t[j]);
        c_tilde_t[j] = Math.tanh(c_tilde_t[j]);
        c_t[j] = f_t[j] * c_last[j] + i_t[j] * c_tilde_t[j];
        tanh_c_t[j] = Math.tanh(c_t[j]);
        h_t[j] = o_t[j] * tanh_c_t[j];
      }
      y.set(h_t, (t - 1) * H * B);
    }
    const state = {
      h: h.slice(T * H * B, (T + 1) * H * B),
      c: c.slice(T * H * B, (T + 1) * H * B),
    };
    const tape = { sizes, params, x, tanh_c, net, c, W_h, h, W_x, flat_x };
    return { y, state, tape };
  }

  function backward(tape, dy, dstate = {}) {
    const { T, D, B, H } = tape.sizes;
    const { x, params, tanh_c, net, c, W_h, h, W_x, flat_x } = tape;
    checked("backward", { dy }, { dy: output }, tape.sizes, true);
    checked("dstate", dstate, states, tape.sizes, true);
    const e = dy || new Float64Array(T * H * B);
    const delta = new Float64Array(4 * H * B);
    const delta_f = delta.subarray(0, H * B);
    const delta_i = delta.subarray(H * B, 2 * H * B);
    const delta_o = delta.subarray(2 * H * B, 3 * H * B);
    const delta_c_tilde = delta.subarray(3 * H * B, 4 * H * B);
    const next_h = new Float64Array(H * B);
    const next_c = new Float64Array(H * B);
    const flat_dx = new Float64Array(D * T * B);
    const flat_delta = new Float64Array(4 * H * T * B);
    const dW_h = new Float64Array(4 * H * H);
    const flat_last_h = new Float64Array(H * T * B);
    const dW_x = new Float64Array(4 * H * D);
    const dparams = {};
    for (const [name, word] of Object.entries(shapes))
      dparams[name] = new Float64Array(numbers(word, tape.sizes));
    const dx = new Float64Array(T * D * B);
    if (dstate.h) next_h.set(dstate.h);
    if (dstate.c) next_c.set(dstate.c);
    for (let t = T; t > 0; t--) {
      const e_t = e.subarray((t - 1) * H * B, t * H * B);
      const tanh_c_t = tanh_c.subarray(t * H * B, (t + 1) * H * B);
      const net_t = net.subarray(t * 4 * H * B, (t + 1) * 4 * H * B);
      const o_t = net_t.subarray(2 * H * B, 3 * H * B);
      const i_t = net_t.subarray(H * B, 2 * H * B);
      const c_tilde_t = net_t.subarray(3 * H * B, 4 * H * B);
      const c_last = c.subarray((t - 1) * H * B, t * H * B);
      const f_t = net_t.subarray(0, H * B);
      const h_last = h.subarray((t - 1) * H * B, t * H * B);
      for (let j = 0; j < H * B; j++) {
        const delta_h = next_h[j] + e_t[j];
        delta_o[j] = delta_h * tanh_c_t[j] * o_t[j] * (1 - o_t[j]);
        const delta_c = next_c[j] + delta_h * o_t[j] * (1 - tanh_c_t[j] * tanh_c_t[j]);
        delta_c_tilde[j] = delta_c * i_t[j] * (1 - c_tilde_t[j] * c_tilde_t[j]);
        delta_i[j] = delta_c * c_tilde_t[j] * i_t[j] * (1 - i_t[j]);
        delta_f[j] = delta_c * c_last[j] * f_t[j] * (1 - f_t[j]);
        next_c[j] = 0;
      }
      leftTurned(H, B, 4 * H, W_h, delta, next_h, false);
      for (let row = 0; row < 4 * H; row++) {
        for (let b = 0; b < B; b++)
          flat_delta[(row * T + t - 1) * B + b] = delta[row * B + b];
      }
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++)
          flat_last_h[(row * T + t - 1) * B + b] = h_last[row * B + b];
      }
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++) {
          dparams.b_f[row] += delta_f[row * B + b];
          dparams.b_i[row] += delta_i[row * B + b];
          dparams.b_c[row] += delta_c_tilde[row * B + b];
          dparams.b_o[row] += delta_o[row * B + b];
        }
      }
    }
    leftTurned(D, T * B, 4 * H, W_x, flat_delta, flat_dx, false);
    rightTurned(4 * H, H, T * B, flat_delta, flat_last_h, dW_h, false);
    rightTurned(4 * H, D, T * B, flat_delta, flat_x, dW_x, false);
    dparams.W_fh.set(dW_h.subarray(0, H * H));
    dparams.W_fx.set(dW_x.subarray(0, H * D));
    dparams.W_ih.set(dW_h.subarray(H * H, H * H + H * H));
    dparams.W_ix.set(dW_x.subarray(H * D, H * D + H * D));
    dparams.W_ch.set(dW_h.subarray(3 * H * H, 3 * H * H + H * H));
    dparams.W_cx.set(dW_x.subarray(3 * H * D, 3 * H * D + H * D));
    dparams.W_oh.set(dW_h.subarray(2 * H * H, 2 * H * H + H * H));
    dparams.W_ox.set(dW_x.subarray(2 * H * D, 2 * H * D + H * D));
    for (let t = 1; t <= T; t++) {
      const dx_t = dx.subarray((t - 1) * D * B, t * D * B);
      for (let row = 0; row < D; row++) {
        for (let b = 0; b < B; b++)
          dx_t[row * B + b] = flat_dx[(row * T + t - 1) * B + b];
      }
    }
    return { dparams, dx, dstate0: { h: next_h, c: next_c } };
  }

  return Object.freeze({ shapes, fixed, states, inputShapes, output, forward, backward });
})();

export default LSTM_WITHOUT_CAROUSEL;
