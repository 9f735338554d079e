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

declare module "*.mjs" {
  const cell: Cell;
  export default cell;
}
