/* Chapter 1: adding two binary numbers through a window, and with a state that holds the carry. */
import { amount, BELOW, figure, fixed, Handle, Picture, place, Press, signed, text } from "../lib";
import type { State, View } from "../lib";
import ELMAN from "../../cells/ELMAN.mjs";
import net from "../../data/carry.json";

const DIGITS = 10;
const UNITS = net.b_h.length;

const parameters = {
  first: text("digits of the first number", "1101010110", /^[01]{10}$/),
  second: text("digits of the second number", "1010110110", /^[01]{10}$/),
  width: amount("digits in the window", 3, 1, DIGITS, 1),
  at: amount("digit that is asked", 5, 1, DIGITS, 1),
};
type Now = State<typeof parameters>;

interface Numbers {
  sum: number[];
  carry: number[]; // out of each digit
  window: number[]; // what the network says that sees only the window
  rnn: number[]; // what it says from all digits
  reading: number[]; // its state along the direction of the carry
  right: number[]; // of a window of 1, 2, ... digits
}

const params = {
  W_hh: Float64Array.from(net.W_hh), W_hx: Float64Array.from(net.W_hx), b_h: Float64Array.from(net.b_h),
};

/* The states after each pair of digits, from a state of zeros. */
function states(pairs: number[][]): number[][] {
  const sizes = { T: pairs.length, D: 2, B: 1, H: UNITS };
  const { y } = ELMAN.forward(sizes, params, Float64Array.from(pairs.flat()));
  return pairs.map((_, t) => Array.from(y.subarray(t * UNITS, (t + 1) * UNITS)));
}

function weighted(weights: number[], h: number[], constant: number): number {
  return h.reduce((sum, value, k) => sum + weights[k] * value, constant);
}

/* The output layer: the digit with the higher score. */
function answer(h: number[]): number {
  const [zero, one] = net.b_y.map((b, k) => weighted(net.W_yh.slice(k * UNITS, (k + 1) * UNITS), h, b));
  return Number(one > zero);
}

function throughWindow(pairs: number[][], width: number): number[] {
  return pairs.map((_, t) => answer(states(pairs.slice(Math.max(0, t - width + 1), t + 1)).at(-1)!));
}

/* The digits of a whole number, the last first. */
function digits(value: number): number[] {
  return Array.from({ length: DIGITS + 1 }, (_, t) => (value >> t) & 1);
}

function whole(word: string): number {
  return parseInt([...word].reverse().join(""), 2);
}

function compute({ first, second, width }: Now): Numbers {
  const [a, b] = [first, second].map((word) => [...word].map(Number));
  const pairs = a.map((digit, t) => [digit, b[t]]);
  const all = digits(whole(first) + whole(second));
  const sum = all.slice(0, DIGITS);
  const come = all.map((digit, t) => digit ^ (a[t] ?? 0) ^ (b[t] ?? 0));
  const found = states(pairs);
  const widths = Array.from({ length: DIGITS }, (_, k) => throughWindow(pairs, k + 1));
  return {
    sum,
    carry: come.slice(1),
    window: widths[width - 1],
    rnn: found.map(answer),
    reading: found.map((h) => weighted(net.read_out, h, net.read_out[UNITS])),
    right: widths.map((said) => said.filter((digit, t) => digit === sum[t]).length),
  };
}

const LEFT = 56, WIDE = 34, TALL = 32;
const Y = { first: 8, second: 40, carry: 84, sum: 106, window: 144, rnn: 182, reading: 258, right: 352 };
const HALF = 34; // height of a reading of 1.5
const BARS = 44; // height of all right
const left = (t: number) => LEFT + WIDE * t;
const middle = (t: number) => left(t) + WIDE / 2;
const right = left(DIGITS);

/* Where the arrows lead from a digit. */
function arrow(id: string, name: string, t: number): (key: string) => string | undefined {
  const ways: Record<string, [string, number]> = {
    ArrowLeft: [name, t - 1], ArrowRight: [name, t + 1], ArrowUp: ["first", t], ArrowDown: ["second", t],
  };
  return (key) => ways[key] && `${id}-${ways[key].join("-")}`;
}

function Bits({ name, word, stop, id, set }: {
  name: "first" | "second"; word: string; stop: number; id: string; set: (word: string) => void;
}) {
  return [...word].map((digit, t) => (
    <Press key={t} id={`${id}-${name}-${t}`} stop={t === stop} onArrow={arrow(id, name, t)} label={`digit ${t + 1} of the ${name} number: ${digit}`} pressed={digit === "1"}
      onPress={() => set(word.slice(0, t) + (1 - Number(digit)) + word.slice(t + 1))}>
      <rect x={left(t) + 1} y={Y[name] + 1} width={WIDE - 2} height={TALL - 2} rx="4" fill="currentColor"
        fill-opacity={digit === "1" ? 0.16 : 0.03} />
      <text x={middle(t)} y={Y[name] + 21} text-anchor="middle">{digit}</text>
    </Press>
  ));
}

/* Answers in a row; a wrong one is struck through, in another colour. */
function Answers({ y, said, sum }: { y: number; said: number[]; sum: number[] }) {
  return said.map((digit, t) => {
    const wrong = digit !== sum[t];
    return (
      <g key={t} fill={wrong ? "var(--figure-second)" : "currentColor"}>
        {wrong && <rect x={left(t) + 4} y={y} width={WIDE - 8} height="28" rx="4" fill-opacity="0.15" />}
        <text x={middle(t)} y={y + 19} text-anchor="middle" font-weight={wrong ? 700 : 400}>{digit}</text>
        {wrong && <path d={`M${middle(t) - 9} ${y + 22}l18 -16`} stroke="var(--figure-second)" stroke-width="2" />}
      </g>
    );
  });
}

/* The carry out of each digit, between two columns, and below it the state in its direction. */
function Carries({ carry, reading }: Numbers) {
  const scale = HALF / 1.5;
  return (
    <g>
      {carry.map((bit, t) => {
        const x = left(t + 1);
        const value = reading[t];
        return (
          <g key={t}>
            <text x={x} y={Y.carry + 11} text-anchor="middle" fill={bit ? signed(1) : BELOW}>{bit}</text>
            <rect x={x - 7} width="14" y={place(Y.reading - Math.max(0, value) * scale)}
              height={place(Math.abs(value) * scale)} fill={signed(value)} />
          </g>
        );
      })}
      <path d={`M${LEFT} ${Y.reading}H${right + 8}`} class="moving-axis" />
    </g>
  );
}

/* How many digits are right, by the width of the window. */
function Rights({ counts, width }: { counts: number[]; width: number }) {
  return (
    <g>
      <path d={`M${LEFT} ${Y.right - BARS}H${right}`} class="moving-axis" stroke-dasharray="1 4" />
      {counts.map((count, k) => {
        const height = (BARS * count) / DIGITS;
        return (
          <g key={k}>
            <rect x={left(k) + 7} width={WIDE - 14} y={place(Y.right - height)} height={place(height)}
              fill="currentColor" fill-opacity={k + 1 === width ? 0.75 : 0.25} />
            <text x={middle(k)} y={Y.right + 16} text-anchor="middle" font-weight={k + 1 === width ? 700 : 400}>{k + 1}</text>
          </g>
        );
      })}
      <path d={`M${LEFT} ${Y.right}H${right}`} class="moving-axis" />
    </g>
  );
}

function Window({ at, width, set }: { at: number; width: number; set: (width: number) => void }) {
  const edge = left(Math.max(0, at - width));
  return (
    <g>
      <rect x={edge + 1} y={Y.first - 4} width={left(at) - edge - 2} height={2 * TALL + 8} rx="5" fill="none"
        stroke="currentColor" stroke-width="2.5" pointer-events="none" />
      <path d={`M${middle(at - 1)} ${Y.second + TALL + 8}V${Y.window + 2}`} stroke="currentColor" stroke-opacity="0.25"
        stroke-width="16" pointer-events="none" />
      <Handle label="digits in the window" value={width} min={1} max={DIGITS} step={1}
        words={`${width} digit${width > 1 ? "s" : ""}`} at={(x) => at - (x - LEFT) / WIDE} set={set}>
        <rect x={edge - 17} y={Y.second + TALL} width="34" height="34" fill="transparent" />
        <circle cx={edge + 1} cy={Y.second + TALL + 4} r="7" class="moving-knob" />
      </Handle>
    </g>
  );
}

/* A small window, and a loop: who answers in this row. */
function Marks() {
  const x = LEFT - 26;
  const rows = { first: "a", second: "b", sum: "a + b" } as const;
  return (
    <g>
      {Object.entries(rows).map(([name, symbol]) => (
        <text key={name} x={LEFT - 12} y={Y[name as keyof typeof rows] + 21} text-anchor="end" font-style="italic">{symbol}</text>
      ))}
      <rect x={x - 6} y={Y.window + 6} width="20" height="15" rx="3" fill="none" stroke="currentColor" stroke-width="2" />
      <path d={`M${x + 10} ${Y.rnn + 10}A7 7 0 1 0 ${x + 11} ${Y.rnn + 16}M${x + 11} ${Y.rnn + 4}v6h-6`} fill="none" stroke="currentColor" stroke-width="2" />
      <text x={LEFT - 12} y={Y.reading + 5} text-anchor="end"><tspan font-style="italic">w</tspan>·<tspan font-style="italic">h</tspan></text>
    </g>
  );
}

function draw({ state, numbers, set, id }: View<typeof parameters, Numbers>) {
  return (
    <Picture width={408} height={Y.right + 26} label="Two binary numbers, their sum, and what a window and a recurrent network answer">
      <Marks />
      <Bits name="first" word={state.first} stop={state.at - 1} id={id} set={(first) => set({ first })} />
      <Bits name="second" word={state.second} stop={-1} id={id} set={(second) => set({ second })} />
      <Window at={state.at} width={state.width} set={(width) => set({ width })} />
      <Answers y={Y.sum} said={numbers.sum} sum={numbers.sum} />
      <Answers y={Y.window} said={numbers.window} sum={numbers.sum} />
      <Answers y={Y.rnn} said={numbers.rnn} sum={numbers.sum} />
      <Carries {...numbers} />
      <Rights counts={numbers.right} width={state.width} />
    </Picture>
  );
}

function judge({ window, sum }: Numbers, { width }: Now): true | string {
  if (width < 6) return "Give the window six digits or more.";
  if (window[DIGITS - 1] !== sum[DIGITS - 1]) return true;
  const opens = DIGITS - width + 1;
  return opens < 2
    ? "Such a window sees everything, so it is right."
    : `For the last digit the window begins at digit ${opens}. A carry must come in there, and every pair up to the last must pass it on.`;
}

const same = (digits: number[], sum: number[]) => digits.filter((digit, t) => digit === sum[t]).length;

export default figure({
  name: "carry",
  title: "Adding through a window, and with a state",
  parameters,
  compute,
  draw,
  say: ({ window, rnn, sum, carry, reading }, { width, at }) =>
    `Window of ${width}: ${same(window, sum)} of ${DIGITS} right; state: ${same(rnn, sum)}. ` +
    `Digit ${at}: carry ${carry[at - 1]}, w·h = ${fixed(reading[at - 1])}.`,
  table: (numbers, { first, second }) => ({
    caption: "Digit by digit, the last digit of the numbers first",
    head: ["digit", "a", "b", "a + b", "window", "RNN", "carry out", "w·h"],
    rows: numbers.sum.map((digit, t) => [
      t + 1, first[t], second[t], digit, numbers.window[t], numbers.rnn[t], numbers.carry[t], fixed(numbers.reading[t], 4),
    ]),
  }),
  ask: {
    kind: "challenge",
    ask: "Find two numbers whose last digit (10) a window of six digits or more gets wrong.",
    judge,
    well: "A carry from before the window came through it, passed on by one pair after the other.",
  },
});
