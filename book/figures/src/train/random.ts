/* Random numbers with a seed, so that a run in the page can be had again. */

export type Random = () => number; // uniform in [0, 1)

/* The stream number k of a seed, whole numbers both. The generator is mulberry32, by Tommy Ettinger: 32 bits of state. */
export function stream(seed: number, k: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/* So many whole numbers, 0 to n - 1. */
export function whole(random: Random, count: number, n: number): number[] {
  return Array.from({ length: count }, () => Math.floor(random() * n));
}
