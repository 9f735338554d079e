/* Chapter 5: the derivative of a later cell state with respect to this one, by the thick line alone,
   by a product of totals of single steps, and by all ways. */
import { amount, choice, figure, fixed, Picture, place, Press, short, signed } from "../lib";
import type { View } from "../lib";
import LSTM from "../../cells/LSTM.mjs";

/* The unit of the text, and what it reads. */
const ROWS: Record<string, [number, number, number]> = {
  f: [2.5, 0.5, -1], i: [2, 1, 2], c: [1.5, 1.5, 2], o: [3, -2, 1],
};
const READS = Float64Array.of(-1, 1, 1, -1, 1, 1, -1);
const LAST = READS.length;

const WAYS = { line: "the thick line alone", totals: "the product of totals", all: "all ways" };

const parameters = {
  ways: choice("which ways count", "all", WAYS),
  lag: amount("steps in between", 3, 1, LAST - 1, 1),
  k: amount("recurrent weights times", 1, -1, 1.5, 0.05),
};

type Pair = { h: Float64Array; c: Float64Array };

interface Step {
  cc: number; // of c_t by c_{t-1}, h_{t-1} held fixed: f_t
  ch: number; // of c_t by h_{t-1}
  hh: number; // of h_t by h_{t-1}, c_t held fixed
  hc: number; // of h_t by c_t
}

interface Result { line: number; totals: number; all: number; count: [number, number, number] }

interface Numbers {
  steps: Step[]; // of t = 1 to LAST
  results: Result[]; // of lag 1 to LAST - 1
}

function params(k: number) {
  const found: Record<string, Float64Array> = {};
  for (const [g, [h, x, b]] of Object.entries(ROWS)) {
    found[`W_${g}h`] = Float64Array.of(k * h);
    found[`W_${g}x`] = Float64Array.of(x);
    found[`b_${g}`] = Float64Array.of(b);
  }
  return found;
}

/* Derivatives of h_T or c_T with respect to the pair of step s, by the derived backward pass. */
function slopes(k: number, s: number, T: number, of: "h" | "c"): { h: number; c: number } {
  const pass = (from: number, to: number, state?: Pair) =>
    LSTM.forward({ T: to - from, D: 1, B: 1, H: 1 }, params(k), READS.slice(from, to), state);
  const { tape } = pass(s, T, pass(0, s).state as Pair);
  const { h, c } = LSTM.backward(tape, null, { [of]: Float64Array.of(1) }).dstate0;
  return { h: h[0], c: c[0] };
}

/* All that acts on c_t has the factor f_t on its way from c_{t-1}, and h_{t-1} is held fixed: so a
   derivative with respect to c_{t-1} is f_t times that with respect to c_t, h_t following. */
function step(k: number, t: number): Step {
  const c = slopes(k, t - 1, t, "c");
  const h = slopes(k, t - 1, t, "h");
  const hc = h.c / c.c;
  return { cc: c.c, ch: c.h, hh: h.h - hc * c.h, hc };
}

function total(k: number, T: number): number {
  return slopes(k, 0, T, "c").c / slopes(k, 0, 1, "c").c;
}

/* How many ways lead from c_1 to c_T: any, and such as go from h to the next c only. */
function counted(lag: number): [number, number, number] {
  let [c, h] = [1, 1];
  for (let n = 1; n <= lag; n++) { c += h; h += c; }
  return [1, 2 ** lag, c];
}

function compute({ k }: { k: number }): Numbers {
  const steps = Array.from({ length: LAST }, (_, n) => step(k, n + 1));
  let [line, totals] = [1, 1];
  const results = steps.slice(1).map(({ cc, ch }, n) => {
    line *= cc;
    totals *= cc + ch * steps[n].hc;
    return { line, totals, all: total(k, n + 2), count: counted(n + 1) };
  });
  return { steps, results };
}

const X = (t: number) => 30 + 57 * (t - 1);
const [C, H] = [46, 118];

function Edge({ d, lit, thick }: { d: string; lit: boolean; thick?: boolean }) {
  return (
    <path d={d} fill="none" class={thick ? "moving-first" : "moving-second"} opacity={lit ? 1 : 0.25}
      stroke-width={thick ? 5 : 2} stroke-dasharray={thick ? undefined : "5 3"} />
  );
}

function Node({ x, y, symbol, t, pale }: { x: number; y: number; symbol: string; t: number; pale: boolean }) {
  return (
    <g opacity={pale ? 0.35 : 1}>
      <circle cx={x} cy={y} r="15" class="moving-knob" />
      <text x={x} y={y + 4} text-anchor="middle"><tspan font-style="italic">{symbol}</tspan><tspan dy="3" font-size="10">{t}</tspan></text>
    </g>
  );
}

function Ways({ state, numbers }: Pick<View<typeof parameters, Numbers>, "state" | "numbers">) {
  const { ways, lag } = state;
  const edges = numbers.steps.slice(1).map(({ cc, hh }, n) => {
    const [x, next, t] = [X(n + 1), X(n + 2), n + 1];
    const inside = t <= lag;
    return (
      <g key={t}>
        <Edge thick d={`M${x} ${C}H${next}`} lit={inside} />
        <Edge d={`M${x} ${C}V${H}`} lit={inside && ways !== "line"} />
        <Edge d={`M${x} ${H}L${next} ${C}`} lit={inside && ways !== "line"} />
        <Edge d={`M${x} ${H}H${next}`} lit={t < lag && ways === "all"} />
        {inside && <text x={(x + next) / 2} y={C - 10} text-anchor="middle" font-size="12">{fixed(cc)}</text>}
        {t < lag && ways === "all" &&
          <text x={(x + next) / 2} y={H + 18} text-anchor="middle" font-size="12">{fixed(hh)}</text>}
      </g>
    );
  });
  return <g>{edges}</g>;
}

function Nodes({ state, set }: Pick<View<typeof parameters, Numbers>, "state" | "set">) {
  const all = Array.from({ length: LAST }, (_, n) => n + 1);
  return (
    <g>
      {all.map((t) => <Node key={t} x={X(t)} y={H} symbol="h" t={t} pale={t > state.lag || state.ways === "line"} />)}
      <Node x={X(1)} y={C} symbol="c" t={1} pale={false} />
      {all.slice(1).map((t) => (
        <Press key={t} label={`to c at step ${t}`} pressed={t === state.lag + 1} onPress={() => set({ lag: t - 1 })}>
          <circle cx={X(t)} cy={C} r="19" fill="transparent" />
          <Node x={X(t)} y={C} symbol="c" t={t} pale={t > state.lag + 1} />
          {t === state.lag + 1 && <circle cx={X(t)} cy={C} r="19" fill="none" stroke="currentColor" stroke-width="1.5" />}
        </Press>
      ))}
    </g>
  );
}

const ORDER = ["line", "totals", "all"] as const;

function Bars({ state, numbers, set }: View<typeof parameters, Numbers>) {
  const found = numbers.results[state.lag - 1];
  const most = Math.max(...ORDER.map((name) => Math.abs(found[name])));
  const symbols = {
    line: "∏ f", totals: "∏ (f + …)",
    all: <>∂c<tspan dy="3" font-size="10">{state.lag + 1}</tspan><tspan dy="-3"> / ∂c</tspan><tspan dy="3" font-size="10">1</tspan></>,
  };
  return (
    <g>
      {ORDER.map((name, row) => {
        const [y, value] = [168 + 31 * row, found[name]];
        const chosen = state.ways === name;
        return (
          <Press key={name} label={`${WAYS[name]}: ${short(value)}`} pressed={chosen} onPress={() => set({ ways: name })}>
            <rect x="2" y={y - 15.5} width="396" height="31" rx="4" fill={chosen ? "currentColor" : "transparent"} fill-opacity="0.08" />
            <text x="8" y={y + 4} font-weight={chosen ? "bold" : undefined}>{symbols[name]}</text>
            <rect x="96" y={y - 7} width={place((170 * Math.abs(value)) / most)} height="14" fill={signed(value)} />
            <text x="336" y={y + 4} text-anchor="end">{short(value)}</text>
            <text x="392" y={y + 4} text-anchor="end">× {found.count[row]}</text>
          </Press>
        );
      })}
    </g>
  );
}

function draw(view: View<typeof parameters, Numbers>) {
  const { state } = view;
  return (
    <Picture width={400} height={248} label={`Ways from c 1 to c ${state.lag + 1}, and what they amount to`}>
      <Ways {...view} />
      <Nodes {...view} />
      <Bars {...view} />
    </Picture>
  );
}

export default figure({
  name: "totals",
  title: "Three answers to how a later cell state changes with the first one, and the ways that each counts",
  parameters,
  own: [],
  compute,
  draw,
  say: ({ results }, { lag }) => {
    const { line, totals, all, count } = results[lag - 1];
    return `From c₁ to c${"₀₁₂₃₄₅₆₇"[lag + 1]}: product of f ${short(line)}, one way; product of totals ` +
      `${short(totals)}, ${count[1]} ways; the derivative ${short(all)}, all ${count[2]} ways.`;
  },
  table: ({ results, steps }) => ({
    caption: "By the number of steps: products and derivative, and the forget gate of the last step",
    head: ["steps", "f", "product of f", "product of totals", "derivative", "ways"],
    rows: results.map(({ line, totals, all, count }, n) =>
      [n + 1, fixed(steps[n + 1].cc, 4), short(line), short(totals), short(all), count[2]]),
  }),
  ask: {
    kind: "challenge",
    ask: "Find recurrent weights and a number of steps for which the product of totals has the wrong sign.",
    judge: ({ results }, { lag }) => {
      const { totals, all } = results[lag - 1];
      if (totals * all < 0) return true;
      return `Both are ${all < 0 ? "negative" : "positive"}. Which ways does the product leave out, and when are they negative?`;
    },
    well: "The product of totals is not even of the right sign: the ways from h to the next h are missing, and here they outweigh the others.",
  },
});
