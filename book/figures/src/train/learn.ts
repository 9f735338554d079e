/* One update: scores of the last output, cross-entropy, the cell's backward pass, clipping, Adam.
   As lstm_ref.learn.train.fit does it; the two passes of the cell are generated code. */
import type { Arrays } from "./start";
import { type Batch, CLASSES, WORDS } from "./task";

export interface Net {
  cell: Cell;
  H: number;
  params: Arrays;
  adam: { k: number; mean: Arrays; square: Arrays };
}

export function fresh(cell: Cell, H: number, params: Arrays): Net {
  const zeros = () => Object.fromEntries(Object.entries(params).map(([n, w]) => [n, new Float64Array(w.length)]));
  return { cell, H, params, adam: { k: 0, mean: zeros(), square: zeros() } };
}

function run({ cell, H, params }: Net, { T, B, x }: Batch) {
  const own = Object.fromEntries(Object.keys(cell.shapes).map((name) => [name, params[name]]));
  const { y, tape } = cell.forward({ T, D: WORDS, B, H }, own, x);
  const last = y.subarray((T - 1) * H * B); // (H, B)
  const scores = new Float64Array(CLASSES * B);
  for (let k = 0; k < CLASSES; k++)
    for (let b = 0; b < B; b++) {
      let sum = 0;
      for (let j = 0; j < H; j++) sum += params.W_yh[k * H + j] * last[j * B + b];
      scores[k * B + b] = sum + params.b_y[k];
    }
  return { tape, last, scores };
}

/* Mean negative log-probability of the right class, and its derivative by the scores (K, B). */
export function crossEntropy(scores: Float64Array, target: number[]): { loss: number; dy: Float64Array } {
  const B = target.length;
  const dy = new Float64Array(scores.length);
  let loss = 0;
  target.forEach((right, b) => {
    let top = -Infinity;
    for (let k = 0; k < CLASSES; k++) top = Math.max(top, scores[k * B + b]);
    let sum = 0;
    for (let k = 0; k < CLASSES; k++) sum += Math.exp(scores[k * B + b] - top);
    for (let k = 0; k < CLASSES; k++) {
      const log = scores[k * B + b] - top - Math.log(sum);
      if (k === right) loss -= log;
      dy[k * B + b] = (Math.exp(log) - (k === right ? 1 : 0)) / B;
    }
  });
  return { loss: loss / B, dy };
}

/* Loss of a batch and its gradients by all parameters. */
export function gradients(net: Net, batch: Batch): { loss: number; grads: Arrays } {
  const { cell, H, params } = net;
  const { T, B } = batch;
  const { tape, last, scores } = run(net, batch);
  const { loss, dy } = crossEntropy(scores, batch.target);
  const W_yh = new Float64Array(CLASSES * H);
  const b_y = new Float64Array(CLASSES);
  const dh = new Float64Array(T * H * B);
  const dlast = dh.subarray((T - 1) * H * B);
  for (let k = 0; k < CLASSES; k++)
    for (let b = 0; b < B; b++) {
      const error = dy[k * B + b];
      b_y[k] += error;
      for (let j = 0; j < H; j++) {
        W_yh[k * H + j] += error * last[j * B + b];
        dlast[j * B + b] += params.W_yh[k * H + j] * error;
      }
    }
  return { loss, grads: { ...cell.backward(tape, dh).dparams, W_yh, b_y } };
}

/* All gradients scaled together so that their norm is at most `limit`; in place. */
export function clip(grads: Arrays, limit: number) {
  let sum = 0;
  for (const g of Object.values(grads)) for (const value of g) sum += value * value;
  const norm = Math.sqrt(sum);
  if (!Number.isFinite(norm)) throw new RangeError(`the norm of the gradient is ${norm}`);
  if (norm > limit)
    for (const g of Object.values(grads)) for (let j = 0; j < g.length; j++) g[j] *= limit / norm;
}

/* One step of Adam, as lstm_ref.learn.optim.adam_step; in place. */
export function adamStep({ params, adam }: Net, grads: Arrays, rate: number, beta1 = 0.9, beta2 = 0.999, eps = 1e-8) {
  const k = ++adam.k;
  const scale = (rate * Math.sqrt(1 - beta2 ** k)) / (1 - beta1 ** k);
  const least = eps * Math.sqrt(1 - beta2 ** k);
  for (const [name, w] of Object.entries(params)) {
    const g = grads[name], mean = adam.mean[name], square = adam.square[name];
    for (let j = 0; j < w.length; j++) {
      mean[j] = beta1 * mean[j] + (1 - beta1) * g[j];
      square[j] = beta2 * square[j] + (1 - beta2) * g[j] * g[j];
      w[j] -= (scale * mean[j]) / (Math.sqrt(square[j]) + least);
    }
  }
}

/* One update; returns the loss before it. Raises RangeError when the numbers are no longer finite. */
export function update(net: Net, batch: Batch, rate: number, limit = 1): number {
  const { loss, grads } = gradients(net, batch);
  if (!Number.isFinite(loss)) throw new RangeError(`the loss is ${loss}`);
  clip(grads, limit);
  adamStep(net, grads, rate);
  return loss;
}

/* Share of sentences whose class has the highest score, the first one among equals. */
export function accuracy(net: Net, batch: Batch): number {
  const { scores } = run(net, batch);
  const { B, target } = batch;
  let right = 0;
  for (let b = 0; b < B; b++) {
    let best = 0;
    for (let k = 1; k < CLASSES; k++) if (scores[k * B + b] > scores[best * B + b]) best = k;
    if (best === target[b]) right++;
  }
  return right / B;
}
