/* GRU_AFTER: GRU, reset after the product, z keeps, with a bias more. cuDNN, PyTorch.

    z_t = σ(W_zh h_{t-1} + W_zx x_t + b_z)
    r_t = σ(W_rh h_{t-1} + W_rx x_t + b_r)
    h̃_t = tanh(r_t ⊙ (W_hh h_{t-1} + b_hh) + W_hx x_t + b_h)
    h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ h̃_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Needs nothing else. A module: import GRU_AFTER from "./GRU_AFTER.mjs";

    const { y, state, tape } = GRU_AFTER.forward(sizes, params, x, state0);
    const { dparams, dx, dstate0 } = GRU_AFTER.backward(tape, dy, dstate);

sizes: an object of whole numbers, T, D, B, H.
params, state0, dstate: objects of arrays by their names; state0, dy and dstate, or arrays of them,
may be left out and are zeros then. dy is the error that enters at y, dstate at the last states.
Arrays are dense Float64Arrays, the last axis runs fastest; samples are the last axis.
x (T, D, B), y (T, H, B), dy (T, H, B), h (H, B), W_zh (H, H), W_zx (H, D), b_z (H, 1),
W_rh (H, H), W_rx (H, D), b_r (H, 1), W_hh (H, H), b_hh (H, 1), W_hx (H, D), b_h (H, 1).
Sizes: T steps, D inputs, B samples, H units.
What backward needs of params and inputs is not copied: leave them as they are in between.
*/

const GRU_AFTER = (() => {
  "use strict";

  const letters = "TDBH";
  const shapes = { W_zh: "HH", W_zx: "HD", b_z: "H1", W_rh: "HH", W_rx: "HD", b_r: "H1",
    W_hh: "HH", b_hh: "H1", W_hx: "HD", b_h: "H1" };
  const fixed = {};
  const states = { h: "HB" };
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
    const { W_hh, b_hh } = params;
    const net = new Float64Array((T + 1) * 3 * H * B);
    const h = new Float64Array((T + 1) * H * B);
    const W_hh_h = new Float64Array((T + 1) * H * B);
    const W_h = new Float64Array(2 * H * H);
    const W_x = new Float64Array(3 * H * D);
    const biases = new Float64Array(3 * H);
    const flat_net = new Float64Array(3 * H * T * B);
    const flat_x = new Float64Array(D * T * B);
    const y = new Float64Array(T * H * B);
    W_h.set(params.W_zh);
    W_h.set(params.W_rh, H * H);
    W_x.set(params.W_zx);
    W_x.set(params.W_rx, H * D);
    W_x.set(params.W_hx, 2 * H * D);
    biases.set(params.b_z);
    biases.set(params.b_r, H);
    biases.set(params.b_h, 2 * H);
    if (state0.h) h.set(state0.h);
    for (let t = 1; t <= T; t++) {
      const x_t = x.subarray((t - 1) * D * B, t * D * B);
      for (let row = 0; row < D; row++) {
        for (let b = 0; b < B; b++)
          flat_x[(row * T + t - 1) * B + b] = x_t[row * B + b];
      }
    }
    plain(3 * H, T * B, D, W_x, flat_x, flat_net, false);
    for (let t = 1; t <= T; t++) {
      const net_t = net.subarray(t * 3 * H * B, (t + 1) * 3 * H * B);
      const h_last = h.subarray((t - 1) * H * B, t * H * B);
      const z_t = net_t.subarray(0, H * B);
      const r_t = net_t.subarray(H * B, 2 * H * B);
      const W_hh_h_t = W_hh_h.subarray(t * H * B, (t + 1) * H * B);
      const h_tilde_t = net_t.subarray(2 * H * B, 3 * H * B);
      const h_t = h.subarray(t * H * B, (t + 1) * H * B);
      for (let row = 0; row < 3 * H; row++) {
        for (let b = 0; b < B; b++)
          net_t[row * B + b] = flat_net[(row * T + t - 1) * B + b] + biases[row];
      }
      plain(2 * H, B, H, W_h, h_last, net_t, true);
      for (let j = 0; j < H * B; j++) {
        z_t[j] = sigmoid(z_t[j]);
        r_t[j] = sigmoid(r_t[j]);
      }
      plain(H, B, H, W_hh, h_last, W_hh_h_t, false);
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++) {
          h_tilde_t[row * B + b] += r_t[row * B + b]
              * (W_hh_h_t[row * B + b] + b_hh[row]);
          h_tilde_t[row * B + b] = Math.tanh(h_tilde_t[row * B + b]);
          h_t[row * B + b] = z_t[row * B + b] * h_last[row * B + b]
              + (1 - z_t[row * B + b]) * h_tilde_t[row * B + b];
        }
      }
      y.set(h_t, (t - 1) * H * B);
    }
    const state = {
      h: h.slice(T * H * B, (T + 1) * H * B),
    };
    const tape = { sizes, params, x, net, W_hh_h, h, W_h, W_x, flat_x };
    return { y, state, tape };
  }

  function backward(tape, dy, dstate = {}) {
    const { T, D, B, H } = tape.sizes;
    const { x, params, net, W_hh_h, h, W_h, W_x, flat_x } = tape;
    checked("backward", { dy }, { dy: output }, tape.sizes, true);
    checked("dstate", dstate, states, tape.sizes, true);
    const e = dy || new Float64Array(T * H * B);
    const { W_hh, b_hh } = params;
    const delta = new Float64Array(3 * H * B);
    const delta_z = delta.subarray(0, H * B);
    const delta_r = delta.subarray(H * B, 2 * H * B);
    const delta_h_tilde = delta.subarray(2 * H * B, 3 * H * B);
    const delta_h = new Float64Array(H * B);
    const next_h = new Float64Array(H * B);
    const delta_W_hh = new Float64Array(H * B);
    const back_W_hh = new Float64Array(H * B);
    const part = new Float64Array(H * B);
    const flat_dx = new Float64Array(D * T * B);
    const flat_delta = new Float64Array(3 * H * T * B);
    const dW_h = new Float64Array(2 * H * H);
    const flat_last_h = new Float64Array(H * T * B);
    const dW_x = new Float64Array(3 * H * D);
    const flat_delta_W_hh = new Float64Array(H * T * B);
    const dparams = {};
    for (const [name, word] of Object.entries(shapes))
      dparams[name] = new Float64Array(numbers(word, tape.sizes));
    const dx = new Float64Array(T * D * B);
    if (dstate.h) next_h.set(dstate.h);
    for (let t = T; t > 0; t--) {
      const e_t = e.subarray((t - 1) * H * B, t * H * B);
      const net_t = net.subarray(t * 3 * H * B, (t + 1) * 3 * H * B);
      const z_t = net_t.subarray(0, H * B);
      const h_tilde_t = net_t.subarray(2 * H * B, 3 * H * B);
      const r_t = net_t.subarray(H * B, 2 * H * B);
      const W_hh_h_t = W_hh_h.subarray(t * H * B, (t + 1) * H * B);
      const h_last = h.subarray((t - 1) * H * B, t * H * B);
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++) {
          delta_h[row * B + b] = next_h[row * B + b] + e_t[row * B + b];
          delta_h_tilde[row * B + b] = delta_h[row * B + b] * (1 - z_t[row * B + b])
              * (1 - h_tilde_t[row * B + b] * h_tilde_t[row * B + b]);
          delta_W_hh[row * B + b] = delta_h_tilde[row * B + b] * r_t[row * B + b];
          delta_r[row * B + b] = delta_h_tilde[row * B + b]
              * (W_hh_h_t[row * B + b] + b_hh[row]) * r_t[row * B + b]
              * (1 - r_t[row * B + b]);
          delta_z[row * B + b] = delta_h[row * B + b]
              * (h_last[row * B + b] - h_tilde_t[row * B + b]) * z_t[row * B + b]
              * (1 - z_t[row * B + b]);
        }
      }
      leftTurned(H, B, H, W_hh, delta_W_hh, back_W_hh, false);
      leftTurned(H, B, 2 * H, W_h, delta, part, false);
      for (let j = 0; j < H * B; j++)
        next_h[j] = part[j] + back_W_hh[j] + delta_h[j] * z_t[j];
      for (let row = 0; row < 3 * H; row++) {
        for (let b = 0; b < B; b++)
          flat_delta[(row * T + t - 1) * B + b] = delta[row * B + b];
      }
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++)
          flat_last_h[(row * T + t - 1) * B + b] = h_last[row * B + b];
      }
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++)
          flat_delta_W_hh[(row * T + t - 1) * B + b] = delta_W_hh[row * B + b];
      }
      for (let row = 0; row < H; row++) {
        for (let b = 0; b < B; b++) {
          dparams.b_z[row] += delta_z[row * B + b];
          dparams.b_r[row] += delta_r[row * B + b];
          dparams.b_hh[row] += delta_W_hh[row * B + b];
          dparams.b_h[row] += delta_h_tilde[row * B + b];
        }
      }
    }
    leftTurned(D, T * B, 3 * H, W_x, flat_delta, flat_dx, false);
    rightTurned(2 * H, H, T * B, flat_delta, flat_last_h, dW_h, false);
    rightTurned(3 * H, D, T * B, flat_delta, flat_x, dW_x, false);
    dparams.W_zh.set(dW_h.subarray(0, H * H));
    dparams.W_zx.set(dW_x.subarray(0, H * D));
    dparams.W_rh.set(dW_h.subarray(H * H, H * H + H * H));
    dparams.W_rx.set(dW_x.subarray(H * D, H * D + H * D));
    rightTurned(H, H, T * B, flat_delta_W_hh, flat_last_h, dparams.W_hh, false);
    dparams.W_hx.set(dW_x.subarray(2 * H * D, 2 * H * D + H * D));
    for (let t = 1; t <= T; t++) {
      const dx_t = dx.subarray((t - 1) * D * B, t * D * B);
      for (let row = 0; row < D; row++) {
        for (let b = 0; b < B; b++)
          dx_t[row * B + b] = flat_dx[(row * T + t - 1) * B + b];
      }
    }
    return { dparams, dx, dstate0: { h: next_h } };
  }

  return Object.freeze({ shapes, fixed, states, inputShapes, output, forward, backward });
})();

export default GRU_AFTER;
