/* Chapter 1: three steps of two units forwards and backwards; all uses of one weight, and its terms. */
import { amount, choice, figure, fixed, Picture, place, Press } from "../lib";
import type { View } from "../lib";
import ELMAN from "../../cells/ELMAN.terms.mjs";

const T = 3;
const H = 2;
const SIZES = { T: 1, B: 1, D: 1, H };
/* The example of the text. */
const PARAMS = { W_hx: Float64Array.of(1, 0), W_hh: Float64Array.of(0, 1, 1, 0), b_h: Float64Array.of(0, 0) };
const READS = [1, 0, 0];
type Weight = keyof typeof PARAMS;
const WEIGHTS: Record<Weight, string> = { W_hx: "W_hx", W_hh: "W_hh", b_h: "b_h" };
const ENDS: Record<string, string> = { h31: "first number of h₃", h32: "second number of h₃", h22: "second number of h₂" };

const parameters = {
  weight: choice("weight", "W_hh", WEIGHTS),
  moment: amount("moment", 2 * T, 0, 2 * T, 1),
  end: choice("E is", "h31", ENDS),
};

interface Step {
  x: number;
  h: Float64Array;
  uses: Record<Weight, Float64Array>; // what each weight brings to the argument of tanh
  e: number[];
  slope: Float64Array;
  delta: Float64Array;
  back: Float64Array; // what arrives at the h before
  terms: Record<Weight, Float64Array>;
}

interface Numbers { steps: Step[]; sums: Record<Weight, Float64Array> }

/* One step forwards, with these parameters alone; the others are zero. */
function ahead(h: Float64Array, x: number, kept: Weight[] = ["W_hx", "W_hh", "b_h"]) {
  const params = Object.fromEntries(Object.entries(PARAMS).map(([name, values]) =>
    [name, kept.includes(name as Weight) ? values : new Float64Array(values.length)]));
  return ELMAN.forward(SIZES, params, Float64Array.of(x), { h });
}

function backwards(pass: ReturnType<typeof ahead>, total: Float64Array) {
  return ELMAN.backward(SIZES, PARAMS, pass.signals, pass.nets, total);
}

function compute({ end }: { end: string }): Numbers {
  const [last, unit] = [Number(end[1]), Number(end[2])];
  const passes: ReturnType<typeof ahead>[] = [];
  let h: Float64Array = new Float64Array(H);
  const steps = READS.map((x, n): Step => {
    const only = (name: Weight) => ahead(h, x, [name]).nets.h.slice(H);
    const uses = { W_hx: only("W_hx"), W_hh: only("W_hh"), b_h: only("b_h") };
    passes.push(ahead(h, x));
    h = passes[n].signals.h.slice(H);
    const e = [1, 2].map((k) => (last === n + 1 && unit === k ? 1 : 0));
    return { x, h, uses, e, slope: h, delta: h, back: h, terms: uses };
  });
  let back: Float64Array = new Float64Array(H);
  for (let n = T - 1; n >= 0; n--) {
    const step = steps[n];
    const { errors, totals, dparams } = backwards(passes[n], back.map((value, k) => value + step.e[k]));
    back = totals.h.slice(0, H);
    const slope = backwards(passes[n], new Float64Array(H).fill(1)).errors.h.slice(H);
    Object.assign(step, { slope, delta: errors.h.slice(H), back, terms: dparams });
  }
  const whole = (name: Weight) => PARAMS[name].map((_, j) => steps.reduce((sum, { terms }) => sum + terms[name][j], 0));
  return { steps, sums: { W_hx: whole("W_hx"), W_hh: whole("W_hh"), b_h: whole("b_h") } };
}

const X = (t: number) => (t ? 128 + 112 * (t - 1) : 24);
const [TOP, MIDDLE, LOW, SUMS] = [18, 92, 192, 250];

function plain(value: number): string {
  return value === 0 || value === 1 ? fixed(value, 0) : fixed(value, 3);
}

function vector(values: ArrayLike<number>): string {
  return `(${Array.from(values, plain).join(", ")})`;
}

/* Two numbers above each other. */
function Pair({ values, x, y, anchor = "middle" }: { values: ArrayLike<number>; x: number; y: number; anchor?: "middle" | "start" | "end" }) {
  return Array.from(values, (value, k) => (
    <text key={k} x={x} y={y + 14 * k} text-anchor={anchor} font-size="12">{plain(value)}</text>
  ));
}

function Sub({ letter, below }: { letter: string; below: string | number }) {
  return <><tspan font-style="italic">{letter}</tspan><tspan dy="3" font-size="0.78em">{below}</tspan></>;
}

function Arrow({ from, to, kind, lit }: { from: [number, number]; to: [number, number]; kind?: string; lit?: boolean }) {
  const turn = (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI;
  return (
    <g class={kind ?? "moving-plain"}>
      <path d={`M${from.join(" ")}L${to.join(" ")}`} fill="none" stroke-width={lit ? 4 : 1.4} stroke-dasharray={kind === "moving-second" ? "5 3" : undefined} />
      <path d="M1 0L-8 -4.5V4.5Z" transform={`translate(${to.join(" ")}) rotate(${place(turn)})`} class={`${kind ?? "moving-plain"}-fill`} stroke="none" />
    </g>
  );
}

function Box({ x, y, values, now, shown, half = 26 }: { x: number; y: number; values: ArrayLike<number>; now: boolean; shown: boolean; half?: number }) {
  return (
    <>
      <rect x={x - half} y={y - 20} width={2 * half} height="40" rx="6" class="moving-knob" stroke-width={now ? 4 : 1.4} />
      {shown && <Pair values={values} x={x} y={y - 3} />}
    </>
  );
}

interface PartProps { view: View<typeof parameters, Numbers>; t: number }

/* A use of a weight: its arrow, its name to be pressed, and what it brings. */
function Use({ view: { state, numbers, set }, t, name }: PartProps & { name: Weight }) {
  const [x, before, chosen] = [X(t), X(t - 1) + (t > 1 ? 26 : 12), state.weight === name];
  const ways: Record<Weight, { from: [number, number]; to: [number, number]; label: [number, number]; pair?: [number, number] }> = {
    W_hx: { from: [x, TOP + 8], to: [x, MIDDLE - 22], label: [x + 17, TOP + 32] },
    W_hh: { from: [before, MIDDLE], to: [x - 28, MIDDLE], label: [(before + x - 26) / 2, MIDDLE - 12], pair: [(before + x - 26) / 2, MIDDLE + 15] },
    b_h: { from: [x - 27, TOP + 32], to: [x - 17, MIDDLE - 22], label: [x - 34, TOP + 26] },
  };
  const { from, to, label, pair } = ways[name];
  const shown = state.moment >= t;
  const [letter, below] = name.split("_");
  return (
    <Press label={`${name} at step ${t}`} pressed={chosen} onPress={() => set({ weight: name })}>
      <rect x={label[0] - 17} y={label[1] - 19} width="34" height="31" fill="transparent" />
      <g opacity={shown ? 1 : 0.3}><Arrow from={from} to={to} kind={chosen ? "moving-first" : undefined} lit={chosen} /></g>
      <text x={label[0]} y={label[1]} text-anchor="middle" font-size="12" font-weight={chosen ? "bold" : undefined}><Sub letter={letter} below={below} /></text>
      {shown && pair && <Pair values={numbers.steps[t - 1].uses[name]} x={pair[0]} y={pair[1]} />}
    </Press>
  );
}

/* The way back through one step, once it is reached. */
function Back({ view: { state, numbers }, t }: PartProps) {
  const { e, slope, delta, back } = numbers.steps[t - 1];
  const [x, shown, now] = [X(t), state.moment >= 2 * T + 1 - t, state.moment === 2 * T + 1 - t];
  const [target] = t > 1 ? [X(t - 1) + 18] : [X(0) + 2];
  return (
    <g opacity={shown ? 1 : 0.3}>
      {e.some(Boolean) && (
        <>
          <Arrow from={[x + 37, TOP + 24]} to={[x + 22, MIDDLE - 22]} kind="moving-second" />
          <text x={x + 40} y={TOP + 18} text-anchor="middle" font-size="12"><Sub letter="e" below={t} /></text>
        </>
      )}
      <Arrow from={[x, MIDDLE + 20]} to={[x, LOW - 22]} kind="moving-second" lit={now} />
      <Arrow from={[x - 20, LOW - 20]} to={[target, MIDDLE + 22]} kind="moving-second" lit={now} />
      <Box x={x} y={LOW} values={delta} now={now} shown={shown} />
      <text x={x - 31} y={LOW + 17} text-anchor="end"><Sub letter="δ" below={t} /></text>
      {shown && <text x={x + 5} y={MIDDLE + 48} font-size="12">×</text>}
      {shown && <Pair values={slope} x={x - 6} y={MIDDLE + 37} anchor="end" />}
      {shown && <Pair values={back} x={x - 60} y={LOW - 38} anchor="end" />}
    </g>
  );
}

/* A column or a square of numbers in brackets. */
function Matrix({ values, x, y }: { values: Float64Array; x: number; y: number }) {
  const columns = values.length / H;
  const wide = 42 * columns;
  return (
    <g font-size="12">
      <path d={`M${x - wide / 2 + 5} ${y - 17}h-5v36h5M${x + wide / 2 - 5} ${y - 17}h5v36h-5`} class="moving-axis" />
      {Array.from(values, (value, j) => (
        <text key={j} x={x - wide / 2 + 21 + 42 * (j % columns)} y={y - 2 + 16 * Math.floor(j / columns)} text-anchor="middle">{plain(value)}</text>
      ))}
    </g>
  );
}

const SEEN: Record<Weight, [string, number]> = { W_hx: ["x", 0], W_hh: ["h", 1], b_h: ["", 0] };

function Terms({ view: { state, numbers } }: { view: View<typeof parameters, Numbers> }) {
  const name = state.weight as Weight;
  const [letter, lag] = SEEN[name];
  const reached = (t: number) => state.moment >= 2 * T + 1 - t;
  return (
    <g>
      {numbers.steps.map(({ terms }, n) => reached(n + 1) && (
        <g key={n}>
          <text x={X(n + 1)} y={SUMS - 22} text-anchor="middle" font-size="12">
            <Sub letter="δ" below={n + 1} />{letter && <tspan dy="-3" font-style="italic"> {letter}</tspan>}{letter && <tspan dy="3" font-size="0.78em">{n + 1 - lag}</tspan>}{letter && <tspan dy="-3">ᵀ</tspan>}
          </text>
          <Matrix values={terms[name]} x={X(n + 1)} y={SUMS} />
          {n < T - 1 && <text x={X(n + 1) + 56} y={SUMS + 4} text-anchor="middle">+</text>}
        </g>
      ))}
      {reached(1) && (
        <g>
          <text x={X(2) - 56} y={SUMS + 50} text-anchor="end">= ∂E / ∂<tspan font-style="italic">{name[0]}</tspan><tspan dy="3" font-size="0.78em">{name.slice(2)}</tspan><tspan dy="-3"> =</tspan></text>
          <Matrix values={numbers.sums[name]} x={X(2)} y={SUMS + 47} />
        </g>
      )}
    </g>
  );
}

function draw(view: View<typeof parameters, Numbers>) {
  const { state, numbers } = view;
  return (
    <Picture width={400} height={SUMS + 74} label="Three steps forwards and backwards, and the terms of one weight">
      <Box x={X(0) - 4} y={MIDDLE} values={[0, 0]} now={false} shown half={16} />
      <text x={X(0) - 4} y={MIDDLE - 26} text-anchor="middle" font-size="12"><Sub letter="h" below="0" /></text>
      {numbers.steps.map(({ x, h }, n) => (
        <g key={n}>
          <text x={X(n + 1)} y={TOP} text-anchor="middle" font-size="12"><Sub letter="x" below={n + 1} /><tspan dy="-3"> = {x}</tspan></text>
          <Back view={view} t={n + 1} />
          {(["b_h", "W_hx", "W_hh"] as Weight[]).map((name) => <Use key={name} view={view} t={n + 1} name={name} />)}
          <g opacity={state.moment > n ? 1 : 0.3}>
            <Box x={X(n + 1)} y={MIDDLE} values={h} now={state.moment === n + 1} shown={state.moment > n} />
          </g>
        </g>
      ))}
      <Terms view={view} />
    </Picture>
  );
}

const LOW_DIGITS = "₀₁₂₃";

function matrixWords(values: Float64Array): string {
  return values.length === H ? vector(values) : `${vector(values.subarray(0, H))} above ${vector(values.subarray(H))}`;
}

export default figure({
  name: "scrub",
  title: "Three steps of a recurrent network forwards, then backwards, with all uses of a weight",
  parameters,
  compute,
  draw,
  say: ({ steps, sums }, { moment, weight }) => {
    if (moment === 0) return "Nothing is computed yet.";
    if (moment <= T) return `Forwards, step ${moment}: h${LOW_DIGITS[moment]} = ${vector(steps[moment - 1].h)}.`;
    const t = 2 * T + 1 - moment;
    const { delta, terms } = steps[t - 1];
    const found = `Backwards, step ${t}: δ${LOW_DIGITS[t]} = ${vector(delta)}.`;
    return t > 1 ? `${found} Its term of ${weight}: ${matrixWords(terms[weight as Weight])}.`
      : `${found} All three terms of ${weight} together: ${matrixWords(sums[weight as Weight])}.`;
  },
  table: ({ steps, sums }, { weight }) => ({
    caption: `Every step, and the terms of ${weight}`,
    head: ["step", "h", "slope of tanh", "δ", "handed back", `term of ${weight}`],
    rows: [
      ...steps.map(({ h, slope, delta, back, terms }, n) => [n + 1, vector(h), vector(slope), vector(delta), vector(back), matrixWords(terms[weight as Weight])]),
      ["sum", "", "", "", "", matrixWords(sums[weight as Weight])],
    ],
  }),
  ask: {
    kind: "challenge",
    ask: "Choose E so that of the three terms of W_hh only one is not zero, and go back to the first step.",
    judge: ({ steps }, { weight, moment }) => {
      if (weight !== "W_hh" || moment < 2 * T) return "Press W_hh, and go to the last moment.";
      const left = steps.filter(({ terms }) => terms.W_hh.some((value) => value !== 0)).length;
      return left === 1 || `${left} terms are not zero. Which δ are zero, and which h?`;
    },
    well: "Steps after E have no error, and at the first step the weight is multiplied by h₀ = 0: only the second use counts.",
  },
});
