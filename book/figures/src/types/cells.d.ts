/* What `lstm_ref derive --format javascript-module` writes. */
type Arrays = Record<string, Float64Array>;

interface Cell {
  shapes: Record<string, string>;
  states: Record<string, string>;
  inputShapes: Record<string, string>;
  output: string;
  forward(
    sizes: Record<string, number>, params: Arrays, x: Float64Array, state0?: Arrays,
  ): { y: Float64Array; state: Arrays; tape: unknown };
  backward(
    tape: unknown, dy?: Float64Array | null, dstate?: Arrays,
  ): { dparams: Arrays; dx: Float64Array; dstate0: Arrays };
}

/* What `--format javascript-terms` writes: every array (T + 1, units, B) by the name of its signal. */
interface Terms {
  shapes: Record<string, string>;
  states: Record<string, string>;
  letters: Record<string, string>;
  summands: Record<string, [of: string, by: string]>; // by their names, "c from h"
  forward(
    sizes: Record<string, number>, params: Arrays, x: Float64Array, state0?: Arrays,
  ): { signals: Arrays; nets: Arrays };
  backward(
    sizes: Record<string, number>, params: Arrays, signals: Arrays, nets: Arrays,
    dy?: Float64Array | null, dstate?: Arrays, weights?: Record<string, number>,
  ): { totals: Arrays; errors: Arrays; parts: Arrays; dparams: Arrays };
}

/* A letter of a formula: text, or what it stands for and how many steps back. */
type Token = string | [kind: "signals" | "errors" | "params", name: string, lag: number];
interface Summand { name: string; by: string; lag: number; tokens: Token[] }
interface FormulaLine { of: string; summands: Summand[] }

declare module "*.formulas.mjs" {
  const formulas: { errors: FormulaLine[]; gradients: FormulaLine[]; passed: FormulaLine[] };
  export default formulas;
}

/* Before the other pattern, which fits too: the first one counts. */
declare module "*.terms.mjs" {
  const terms: Terms;
  export default terms;
}

declare module "*.mjs" {
  const cell: Cell;
  export default cell;
}
