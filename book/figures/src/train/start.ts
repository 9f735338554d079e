/* How a net starts: lstm_ref.cells.params.draw and lstm_ref.learn.output_layer.init. */
import type { Random } from "./random";

export type Arrays = Record<string, Float64Array>;
export type Sizes = Record<string, number>;

function count(word: string, sizes: Sizes): number {
  return [...word].reduce((product, letter) => product * (letter === "1" ? 1 : sizes[letter]), 1);
}

/* Names of the matrices in the order of drawing: those into one gate together, from the input first. */
export function inOrder(shapes: Record<string, string>): string[] {
  const groups: string[][] = [];
  for (const name of Object.keys(shapes).filter((one) => !shapes[one].endsWith("1"))) {
    const last = groups[groups.length - 1];
    if (last && last[0].slice(0, -1) === name.slice(0, -1)) last.push(name);
    else groups.push([name]);
  }
  const late = (name: string) => Number(shapes[name][1] !== "D");
  return groups.flatMap((group) => group.sort((a, b) => late(a) - late(b)));
}

/* Matrices from U(-k, k), k = 1/sqrt(H); vectors zero but for those in `biases`. K scores. */
export function start(
  random: Random, shapes: Record<string, string>, sizes: Sizes, K: number, biases: Record<string, number>,
): Arrays {
  const k = 1 / Math.sqrt(sizes.H);
  const drawn = (size: number) => Float64Array.from({ length: size }, () => -k + 2 * k * random());
  const params: Arrays = {};
  for (const [name, word] of Object.entries(shapes))
    params[name] = new Float64Array(count(word, sizes)).fill(biases[name] ?? 0);
  for (const name of inOrder(shapes)) params[name] = drawn(count(shapes[name], sizes));
  params.W_yh = drawn(K * sizes.H);
  params.b_y = new Float64Array(K);
  return params;
}
