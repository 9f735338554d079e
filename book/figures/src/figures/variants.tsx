/* Chapter 6: from the LSTM by way of CIFG to the GRU, parts and summands struck out and put in. */
import { figure, fixed } from "../lib";
import type { View } from "../lib";
import { symbolOf } from "../formula/letters";
import type { Given, Name, Numbers as Computed } from "../variants/numbers";
import { compute, NAMES, parameters, T } from "../variants/numbers";
import { Morph } from "../variants/picture";
import type { Row } from "../variants/summands";
import { rowsOf, Summands } from "../variants/summands";

type Numbers = Computed & { rows: Row[] };

function draw({ state, numbers, set }: View<typeof parameters, Numbers>) {
  return (
    <>
      <Morph state={state} numbers={numbers} set={set} />
      <Summands rows={numbers.rows} run={numbers.runs[state.cell as Name]} t={state.t} />
    </>
  );
}

function say({ runs, apart }: Numbers, { t }: Given): string {
  const h = NAMES.map((name) => `${name} ${fixed(runs[name].signals.h[t], 3)}`).join(", ");
  return `h at step ${t}: ${h}. LSTM and CIFG differ by at most ${fixed(apart, 3)}.`;
}

function judge({ apart }: Numbers, { b_f, b_i }: Given): true | string {
  if (apart < 1e-3) return true;
  return b_f < -b_i ? `They differ by ${fixed(apart, 3)}. At most steps i is near 0: where must f be then?`
    : `They differ by ${fixed(apart, 3)}. Where is f larger than 1 − i now?`;
}

export default figure({
  name: "variants",
  title: "The LSTM, CIFG and the GRU on the same input, with what is struck out and put in",
  parameters,
  own: ["t"],
  actions: [{
    label: ({ cell }) => (cell === "LSTM" ? "Couple the gates" : cell === "CIFG" ? "One state" : "Back to the LSTM"),
    change: ({ cell }) => ({ cell: NAMES[(NAMES.indexOf(cell as Name) + 1) % NAMES.length] }),
  }],
  compute: (state) => ({ ...compute(state), rows: rowsOf(state.cell as Name) }),
  draw,
  say,
  table: ({ runs }, { cell }) => {
    const { signals, errors } = runs[cell as Name], names = Object.keys(errors);
    return {
      caption: `${cell}: signals, and the error terms of E = h at the last step`,
      head: ["t", ...names.map(symbolOf), ...names.map((name) => `δ${symbolOf(name)}`)],
      rows: Array.from({ length: T }, (_, k) => [k + 1, ...[signals, errors].flatMap((of) => names.map((name) => fixed(of[name][k + 1], 3)))]),
    };
  },
  ask: {
    kind: "challenge",
    ask: "The weights of f are here those of i with the other sign. Move one bias until LSTM and CIFG put out the same at every step, within 0.001.",
    judge,
    well: "Now f = 1 − i, because 1 − σ(a) = σ(−a): CIFG is the LSTM whose forget gate is the input gate turned round.",
  },
});
