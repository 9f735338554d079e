/* Chapter 4 and the landing page: the cell of the pencil example with its numbers on the wires, both ways. */
import { useState } from "preact/hooks";
import { figure, fixed } from "../lib";
import type { Table, View } from "../lib";
import { Lines, withLines } from "../live/lines";
import type { Full as Lined } from "../live/lines";
import type { Given, Numbers } from "../live/numbers";
import { compute, GATES, parameters, WEIGHTS } from "../live/numbers";
import { Cell } from "../live/picture";
import type { Wire } from "../live/wires";
import { wires } from "../live/wires";

type Full = Lined & { wires: Wire[][] };

function computeAll(state: Given): Full {
  const numbers = withLines(state, compute(state));
  return { ...numbers, wires: [1, 2].map((t) => wires(t, numbers)) };
}

/* Six of them: those of the step and the pass that are shown. */
function linesOf({ step, pass }: Given, { lines }: Full) {
  const first = 12 * (Number(step) - 1) + (pass === "backward" ? 6 : 0);
  return lines.slice(first, first + 6);
}

function draw({ state, numbers, set, id }: View<typeof parameters, Full>) {
  const [pointed, point] = useState<string | null>(null);
  const lit = pointed ?? (state.look);
  const back = state.pass === "backward";
  return (
    <>
      <Cell state={state} numbers={numbers} wires={numbers.wires[Number(state.step) - 1]} lit={lit} set={set} />
      <div class="moving-controls" hidden><div class="live-switches">
        {(["pass", "step"] as const).map((name) => (
          <fieldset class="moving-control" key={name}>
            <legend class="live-legend">{parameters[name].label}</legend>
            {Object.entries(parameters[name].options).map(([key, words]) => (
              <label key={key}>
                <input type="radio" name={`${id}-${name}`} checked={state[name] === key} onChange={() => set({ [name]: key })} />
                {words}
              </label>
            ))}
          </fieldset>
        ))}
        <button type="button" onClick={() => set({ step: state.step === "1" ? "2" : "1" })}>
          {(state.step === "1") === back ? "From the beginning" : back ? "← Next step back" : "Next step →"}
        </button>
      </div></div>
      <Lines lines={linesOf(state, numbers)} pinned={state.look} point={point}
        pin={(look) => set({ look })} />
    </>
  );
}

function say({ signals, totals, errors, E }: Numbers, state: Given): string {
  const t = Number(state.step);
  if (state.pass === "forward") return `Step ${t}: c is ${fixed(signals.c[t], 3)}, h is ${fixed(signals.h[t], 3)}.`;
  return `E is ${fixed(E, 3)}. Step ${t}: δh is ${fixed(totals.h[t], 3)}, δc ${fixed(totals.c[t], 3)}, ` +
    `δf ${fixed(errors.f[t], 3)}, δi ${fixed(errors.i[t], 3)}, δc̃ ${fixed(errors.c_tilde[t], 3)}, δo ${fixed(errors.o[t], 3)}.`;
}

function table({ signals, nets, totals, errors, gradients }: Numbers, state: Given): Table {
  const both = (array: Float64Array) => [fixed(array[1], 3), fixed(array[2], 3)];
  const row = (word: string, value: Float64Array, error: Float64Array) => [word, ...both(value), ...both(error)];
  const layers = GATES.flatMap((g) => {
    const symbol = g === "c_tilde" ? "c̃" : g;
    return [row(`net ${symbol}`, nets[g], errors[g]), row(symbol, signals[g], totals[g])];
  });
  const weights = WEIGHTS.map((name) => {
    const value = fixed(state[name] as number);
    return [name, value, value, "sum", fixed(gradients[name][0], 3)];
  });
  return {
    caption: "Each number, and the derivative of E by it; for a weight the sum over both steps",
    head: ["", "t = 1", "t = 2", "∂E at 1", "∂E at 2"],
    rows: [row("x", signals.x, totals.x), ...layers, row("c", signals.c, totals.c), row("h", signals.h, totals.h), ...weights],
  };
}

function judge({ signals: { c } }: Numbers, { x1, x2, h0, c0 }: Given): true | string {
  if (x1 !== 1 || x2 !== -1 || h0 !== 0 || c0 !== 0) return "Leave the inputs 1 and −1 and the zero start; move weights.";
  if (c[1] < 0.5) return `c₁ is only ${fixed(c[1], 3)}: the first step must write.`;
  return Math.abs(c[2] - c[1]) < 0.05 ||
    `c goes from ${fixed(c[1], 3)} to ${fixed(c[2], 3)}. Which gate must stay open at x = −1, and which must shut?`;
}

export default figure({
  name: "live-cell",
  title: "The LSTM cell with the numbers of the pencil example on its wires",
  parameters,
  own: ["pass", "step", "x1", "x2", "h0", "c0", "look", ...WEIGHTS],
  compute: computeAll,
  draw,
  say,
  table,
  ask: {
    kind: "challenge",
    ask: "Move weights until the cell holds what it writes: c₁ at least 0.5, and c₂ within 0.05 of c₁, with the inputs 1 and −1 as they are.",
    judge,
    well: "The forget gate open, the input gate shut at −1: the cell decides by its input whether to write.",
  },
});
