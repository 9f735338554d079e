// Golden vectors and your own arrays: node compare.mjs lstm-small.json mine.json [tolerance]
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// Map: name -> { shape, data }, data flat, the last axis fastest.
export function read(path) {
  const file = JSON.parse(readFileSync(path, "utf8"));
  const found = Object.entries(file.arrays ?? file).filter(([, value]) => value?.data);
  return new Map(found);
}

// What differs most, in words, or null: by no more than the tolerance times the largest.
export function differs(golden, mine, tolerance) {
  if (String(golden.shape) !== String(mine.shape)) return ": another shape";
  const largest = golden.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let [off, at] = [0, 0];
  golden.data.forEach((want, k) => {
    const error = Math.abs(mine.data[k] - want) / (largest || 1);
    if (!(error <= off) && off === off) [off, at] = [error, k]; // NaN is the worst
  });
  if (off <= tolerance) return null;
  const where = golden.shape.map((length, axis) => {
    const after = golden.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    return Math.floor(at / after) % length;
  });
  return `[${where.join(", ")}]: ${mine.data[at]}, expected ${golden.data[at]}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [golden, mine] = process.argv.slice(2, 4).map(read);
  const tolerance = Number(process.argv[4] ?? 1e-12);
  let [compared, wrong] = [0, 0];
  for (const [name, array] of mine) {
    if (!golden.has(name)) continue;
    compared += 1;
    const said = differs(golden.get(name), array, tolerance);
    if (said) console.log(name + said);
    wrong += said ? 1 : 0;
  }
  console.log(`${compared} arrays compared, ${wrong} differ`);
  process.exitCode = compared && !wrong ? 0 : 1;
}
