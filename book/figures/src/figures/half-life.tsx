/* Chapter 3: the bias of a forget gate, its value on the logistic curve, and how long a number lasts. */
import { amount, figure, fixed, Handle, line, LOOKS, Picture, place, scaleLinear, scaleLog, short } from "../lib";
import type { View } from "../lib";
import LSTM from "../../cells/LSTM.mjs";

const STEPS = 1000;
const BIASES = { min: 0, max: 7, step: 0.05 };
const SHUT = -40; // σ is 0 here

const parameters = {
  bias: amount("forget bias", 1, BIASES.min, BIASES.max, BIASES.step),
};

interface Numbers {
  f: number;
  left: number[]; // f^n, n = 0 to STEPS
  half: number; // steps until one half is left
}

/* A number that is 1 at the start, kept by the forget gate alone, in one unit for each bias. */
function kept(biases: number[], T: number) {
  const H = biases.length;
  const all = (value: number) => new Float64Array(H).fill(value);
  const none = { W_fh: new Float64Array(H * H), W_fx: all(0) };
  const params = {
    ...none, W_ih: none.W_fh, W_ch: none.W_fh, W_oh: none.W_fh, W_ix: none.W_fx, W_cx: none.W_fx, W_ox: none.W_fx,
    b_f: Float64Array.from(biases), b_i: all(SHUT), b_c: all(0), b_o: all(0),
  };
  return LSTM.forward({ T, D: 1, B: 1, H }, params, new Float64Array(T), { c: all(1) });
}

/* Where the share falls through one half; between two steps its logarithm is a straight line. */
function halfLife(left: number[]): number {
  const after = left.findIndex((share) => share <= 0.5);
  const [a, b] = [Math.log2(left[after - 1]), Math.log2(left[after])];
  return after - 1 + (a + 1) / (a - b);
}

function shares(bias: number): number[] {
  const { c } = kept([bias], STEPS).tape as { c: Float64Array };
  return Array.from(c);
}

function compute({ bias }: { bias: number }): Numbers {
  const left = shares(bias);
  return { f: left[1], left, half: halfLife(left) };
}

const GRID = Array.from({ length: 89 }, (_, k) => -4 + k / 8);
const CURVE: [number, number][] = [];
/* The logistic curve: the forget gates of many units at once. */
function curve(): [number, number][] {
  if (!CURVE.length) kept(GRID, 1).state.c.forEach((f, k) => CURVE.push([GRID[k], f]));
  return CURVE;
}

const WIDTH = 400;
const A = scaleLinear([-4, 7], [34, 390]);
const F = scaleLinear([0, 1], [110, 14]);
const N = scaleLog([1, STEPS], [34, 390]);
const S = scaleLinear([0, 1], [310, 170]);

function Letter({ x, y, name, sub, anchor = "middle" }: { x: number; y: number; name: string; sub?: string; anchor?: "middle" | "end" }) {
  return (
    <text x={x} y={y} text-anchor={anchor} font-style="italic">
      {name}{sub && <tspan dy={sub === "f" ? 3 : -5} font-size="11">{sub}</tspan>}
    </text>
  );
}

function Axes() {
  return (
    <g>
      <path d={`M34 14V110H390M34 62h356M34 170V310H390M34 240h356`} class="moving-axis" />
      {[-4, -2, 0, 2, 4, 6].map((a) => <text key={a} x={A(a)} y="126" text-anchor="middle">{fixed(a, 0)}</text>)}
      {[1, 10, 100, 1000].map((n) => <text key={n} x={place(N(n))} y="326" text-anchor={n < STEPS ? "middle" : "end"}>{n}</text>)}
      {[0, 0.5, 1].map((v) => (
        <g key={v}>
          <text x="28" y={F(v) + 5} text-anchor="end">{v === 0.5 ? "½" : v}</text>
          <text x="28" y={S(v) + 5} text-anchor="end">{v === 0.5 ? "½" : v}</text>
        </g>
      ))}
      <Letter x={390} y={142} name="b" sub="f" anchor="end" />
      <Letter x={390} y={342} name="n" anchor="end" />
      <Letter x={46} y={12} name="f" />
      <Letter x={52} y={164} name="f" sub="n" />
    </g>
  );
}

function draw({ state, numbers, set }: View<typeof parameters, Numbers>) {
  const { fill, ink } = LOOKS.f;
  const { f, left, half } = numbers;
  const way = line((p) => place(A(p[0])), (p) => place(F(p[1])))(curve())!;
  const shown = left.flatMap((share, n): [number, number][] => (n && (n < 50 || n % 10 === 0) ? [[n, share]] : []));
  const fall = line((p) => place(N(p[0])), (p) => place(S(p[1])))(shown)!;
  const [x, y, at] = [place(A(state.bias)), place(F(f)), place(N(half))];
  return (
    <Picture width={WIDTH} height={350} label="The forget gate at its bias, and the share of a number that is left after n steps">
      <Axes />
      <path d={`M${x} 110V${y}`} stroke={ink} stroke-dasharray="3 3" />
      <path d={way} fill="none" stroke={fill} stroke-width="2" />
      <path d={fall} fill="none" stroke={fill} stroke-width="2" />
      {shown.filter(([n]) => n < 10).map(([n, share]) => <circle key={n} cx={place(N(n))} cy={place(S(share))} r="2.5" fill={ink} />)}
      <path d={`M${at} ${S(0.5)}V${S(0)}`} stroke="currentColor" stroke-dasharray="3 3" />
      <circle cx={at} cy={S(0.5)} r="5" />
      <text x={at + 8} y={S(0.5) - 8} font-style="italic">n<tspan dy="4" font-size="11" font-style="normal">½</tspan></text>
      <Handle label="forget bias" value={state.bias} {...BIASES} words={fixed(state.bias)}
        at={(x) => A.invert(x)} set={(bias) => set({ bias })}>
        <circle cx={x} cy={y} r="18" fill="transparent" />
        <circle cx={x} cy={y} r="7" class="moving-knob" />
      </Handle>
    </Picture>
  );
}

const TABLE = [1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1000];

export default figure({
  name: "half-life",
  title: "The bias of a forget gate and the half-life of what it keeps",
  parameters,
  compute,
  draw,
  say: ({ f, left, half }, { bias }) =>
    `b = ${fixed(bias)}: f = ${fixed(f, 4)}, half-life ${fixed(half, 1)} steps; ` +
    `f²⁰ = ${short(left[20], 2)}, f¹⁰⁰ = ${short(left[100], 2)}.`,
  table: ({ left }) => ({
    caption: "The share that is left after n steps",
    head: ["n", "fⁿ"],
    rows: TABLE.map((n) => [n, short(left[n])]),
  }),
  ask: {
    kind: "challenge",
    ask: "Set the bias so that after 300 steps about half is left: between 48 and 52 %.",
    judge: ({ left, half }) =>
      Math.abs(left[300] - 0.5) <= 0.02 || `${short(100 * left[300], 2)} % are left; the half-life is ${fixed(half, 0)} steps.`,
    well: "Now take 1 off the bias: the half-life falls to little more than a third, by a factor of e.",
  },
});
