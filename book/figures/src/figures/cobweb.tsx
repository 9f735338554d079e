/* Chapter 2: h_t = tanh(w h_{t-1}) as a path of stairs between two curves, with a neighbour beside it. */
import { amount, figure, fixed, Handle, line, Picture, place, scaleLinear, scaleLog, short } from "../lib";
import type { View } from "../lib";
import ELMAN from "../../cells/ELMAN.mjs";

const STEPS = 20;
const SIZES = { T: STEPS, D: 1, B: 1, H: 1 };
const GRID = 91;
const EDGE = 1.5; // of the axes

const parameters = {
  w: amount("recurrent weight w", 0.9, -3, 3, 0.05),
  start: amount("start h₀", 0.8, -1, 1, 0.02),
  apart: amount("distance of the neighbour", 0.1, -0.5, 0.5, 0.02),
};

interface Numbers {
  path: number[]; // h_0 to h_T
  neighbour: number[];
  slopes: number[]; // dh_t / dh_0, t = 0 to T
  curve: [number, number][];
}

function params(w: number) {
  return { W_hh: Float64Array.of(w), W_hx: Float64Array.of(0), b_h: Float64Array.of(0) };
}

function walk(w: number, start: number, T: number) {
  const sizes = { ...SIZES, T };
  return ELMAN.forward(sizes, params(w), new Float64Array(T), { h: Float64Array.of(start) });
}

/* dh_T / dh_0, by the derived backward pass. */
function slope(w: number, start: number, T: number): number {
  if (T === 0) return 1;
  const { tape } = walk(w, start, T);
  return ELMAN.backward(tape, null, { h: Float64Array.of(1) }).dstate0.h[0];
}

/* All points of the curve are samples of one batch. */
function curve(w: number): [number, number][] {
  const starts = Float64Array.from({ length: GRID }, (_, k) => EDGE * ((2 * k) / (GRID - 1) - 1));
  const sizes = { T: 1, D: 1, B: GRID, H: 1 };
  const { y } = ELMAN.forward(sizes, params(w), new Float64Array(GRID), { h: starts });
  return Array.from(starts, (h, k) => [h, y[k]]);
}

function compute({ w, start, apart }: { w: number; start: number; apart: number }): Numbers {
  const other = start + apart;
  return {
    path: [start, ...walk(w, start, STEPS).y],
    neighbour: [other, ...walk(w, other, STEPS).y],
    slopes: Array.from({ length: STEPS + 1 }, (_, t) => slope(w, start, t)),
    curve: curve(w),
  };
}

const X = scaleLinear([-EDGE, EDGE], [40, 400]);
const Y = scaleLinear([-EDGE, EDGE], [340, 10]);

function stairs(path: number[]): string {
  const corners = path.flatMap((h, t) => (t ? [[path[t - 1], h], [h, h]] : [[h, -EDGE]]));
  return line((p) => place(X(p[0])), (p) => place(Y(p[1])))(corners as [number, number][])!;
}

function Axes() {
  const ticks = [-1, 0, 1];
  return (
    <g>
      <path d={`M${X(-EDGE)} ${Y(-EDGE)}H${X(EDGE)}M${X(-EDGE)} ${Y(-EDGE)}V${Y(EDGE)}`} class="moving-axis" />
      {ticks.map((v) => (
        <g key={v}>
          <text x={X(v)} y={Y(-EDGE) + 16} text-anchor="middle">{fixed(v, 0)}</text>
          <text x={X(-EDGE) - 6} y={Y(v) + 4} text-anchor="end">{fixed(v, 0)}</text>
        </g>
      ))}
      <text x={X(0.5)} y={Y(-EDGE) + 16} text-anchor="middle" font-style="italic">h<tspan dy="3" font-size="10">t−1</tspan></text>
      <text x={X(-EDGE) - 8} y={Y(0.5)} text-anchor="end" font-style="italic">h<tspan dy="3" font-size="10">t</tspan></text>
      <path d={`M${X(-EDGE)} ${Y(-EDGE)}L${X(EDGE)} ${Y(EDGE)}`} class="moving-axis" stroke-dasharray="2 4" />
    </g>
  );
}

const BELOW = { top: 384, base: 496 };
const N = scaleLinear([0, STEPS], [46, 400]);
const FAR = 1e7; // what is smaller than 1 / FAR or larger leaves the picture
const S = scaleLog([1 / FAR, FAR], [BELOW.base, BELOW.top]);

/* The size of the product of slopes, on a scale where each factor of ten is as high as any other. */
function Slopes({ slopes }: { slopes: number[] }) {
  const sizes = slopes.map(Math.abs);
  const last = sizes.findIndex((size) => size > FAR || size < 1 / FAR);
  const shown = last < 0 ? sizes : sizes.slice(0, last);
  const drawn = line<number>((_, t) => place(N(t)), (size) => place(S(size)))(shown)!;
  return (
    <g>
      <path d={`M46 ${BELOW.top}V${BELOW.base}H400M46 ${S(1)}H400`} class="moving-axis" />
      {[5, 0, -5].map((power) => (
        <text key={power} x="40" y={place(S(10 ** power)) + 5} text-anchor="end">
          {power ? <>10<tspan dy="-5" font-size="11">{fixed(power, 0)}</tspan></> : "1"}
        </text>
      ))}
      {[0, 5, 10, 15, 20].map((t) => <text key={t} x={N(t)} y={BELOW.base + 16} text-anchor="middle">{t}</text>)}
      <text x={N(12.5)} y={BELOW.base + 16} text-anchor="middle" font-style="italic">t</text>
      <text x="54" y={BELOW.top + 10}>|∂<tspan font-style="italic">h</tspan><tspan dy="3" font-size="11">t</tspan><tspan dy="-3"> / ∂</tspan><tspan font-style="italic">h</tspan><tspan dy="3" font-size="11">0</tspan><tspan dy="-3">|</tspan></text>
      <path d={drawn} fill="none" class="moving-first" stroke-width="2" />
      {shown.map((size, t) => <circle key={t} cx={N(t)} cy={place(S(size))} r="2.5" fill="var(--figure-first)" />)}
    </g>
  );
}

function draw({ state, numbers, set }: View<typeof parameters, Numbers>) {
  const { path, neighbour, curve, slopes } = numbers;
  const drawn = line((p) => place(X(p[0])), (p) => place(Y(p[1])))(curve)!;
  const reached = path[STEPS];
  return (
    <Picture width={412} height={516} label={`tanh of ${fixed(state.w)} times h, and the path of h from ${fixed(state.start)}`}>
      <Axes />
      <path d={drawn} fill="none" stroke="currentColor" stroke-width="2" />
      <path d={stairs(neighbour)} fill="none" class="moving-second" stroke-width="1.5" stroke-dasharray="5 3" />
      <path d={stairs(path)} fill="none" class="moving-first" stroke-width="2" />
      <circle cx={place(X(reached))} cy={place(Y(reached))} r="5" class="moving-first" fill="none" stroke-width="2" />
      <Handle label="start h₀" value={state.start} min={-1} max={1} step={0.02} words={fixed(state.start)}
        at={(x) => X.invert(x)} set={(start) => set({ start })}>
        <circle cx={place(X(path[0]))} cy={Y(-EDGE)} r="16" fill="transparent" />
        <circle cx={place(X(path[0]))} cy={Y(-EDGE)} r="7" class="moving-knob" />
      </Handle>
      <Slopes slopes={slopes} />
    </Picture>
  );
}

export default figure({
  name: "cobweb",
  title: "A path of stairs between tanh(w h) and the diagonal",
  parameters,
  compute,
  draw,
  say: ({ path, neighbour, slopes }) =>
    `After ${STEPS} steps h is ${fixed(path[STEPS], 4)}, its neighbour ${fixed(neighbour[STEPS], 4)}; ` +
    `∂h₂₀/∂h₀ = ${short(slopes[STEPS])}.`,
  table: ({ path, neighbour, slopes }) => ({
    caption: "The path, its neighbour, and the product of slopes",
    head: ["t", "h", "neighbour", "∂hₜ/∂h₀"],
    rows: path.map((h, t) => [t, fixed(h, 4), fixed(neighbour[t], 4), short(slopes[t])]),
  }),
  ask: {
    kind: "challenge",
    ask: "Find a weight and two starts less than 0.5 apart whose paths end far from each other: more than 1 apart after 20 steps.",
    judge: ({ path, neighbour }) => {
      const end = Math.abs(path[STEPS] - neighbour[STEPS]);
      return end > 1 || `They end ${fixed(end, 3)} apart. Where do two valleys meet?`;
    },
    well: "The starts lie on different sides of a watershed: there the derivative is large, on both sides it vanishes.",
  },
});
