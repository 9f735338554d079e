/* Chapter 2: the words of a sentence, shaded by how much the error at its end depends on them. */
import { ABOVE, amount, choice, figure, line, Picture, place, scaleLinear, scaleLog, short } from "../lib";
import type { State, View } from "../lib";
import ELMAN from "../../cells/ELMAN.mjs";
import LSTM from "../../cells/LSTM.mjs";
import data from "../../data/fading.json";

const FARTHEST = 40;
const WORDS = data.vocabulary;
const UNITS = data.error.length;
const CLUE = 1; // the second word

const parameters = {
  distance: amount("words between clue and question", 30, 0, FARTHEST, 1),
  net: choice("network", "RNN", { RNN: "RNN", LSTM: "LSTM" }),
  bias: amount("forget bias of the LSTM", 1, 0, 6, 0.1),
};
type Now = State<typeof parameters>;

interface Numbers {
  words: number[];
  RNN: number[]; // the length of ∂E/∂x at each word, as a share of the longest
  LSTM: number[];
}

function weights(cell: string): Record<string, Float64Array> {
  const own = Object.entries(data).filter(([name]) => name.startsWith(`${cell}.`));
  return Object.fromEntries(own.map(([name, values]) => [name.split(".")[1], Float64Array.from(values as number[])]));
}

/* The sentence: the clue, and of the words behind it the last ones. */
function sentence(distance: number): number[] {
  const { words } = data;
  return [...words.slice(0, CLUE + 1), ...words.slice(CLUE + 1 + FARTHEST - distance)];
}

function sizes(cell: typeof ELMAN, params: Record<string, Float64Array>, words: number[]): number[] {
  const D = WORDS.length;
  const x = new Float64Array(words.length * D);
  words.forEach((word, k) => { x[k * D + word] = 1; });
  const { tape } = cell.forward({ T: words.length, D, B: 1, H: UNITS }, params, x);
  const { dx } = cell.backward(tape, null, { h: Float64Array.from(data.error) });
  const lengths = words.map((_, k) => Math.hypot(...dx.subarray(k * D, (k + 1) * D)));
  const longest = Math.max(...lengths);
  return lengths.map((length) => length / longest);
}

function compute({ distance, bias }: Now): Numbers {
  const words = sentence(distance);
  const gated = { ...weights("LSTM"), b_f: new Float64Array(UNITS).fill(bias) };
  return { words, RNN: sizes(ELMAN, weights("RNN"), words), LSTM: sizes(LSTM, gated, words) };
}

const NETS = ["RNN", "LSTM"] as const;
type Net = (typeof NETS)[number];

const WIDTH = 400;
const ROW = 26;
const TEXT = 5 * ROW + 6; // the height of the longest sentence
const MOST = 0.5; // so that letters stay readable on the deepest shade

/* Where each word stands, in rows like a text. */
function laidOut(words: number[]): { x: number; y: number; width: number; word: string }[] {
  let [x, y] = [0, 4];
  return words.map((k) => {
    const word = WORDS[k];
    const width = 7.6 * word.length + 9;
    if (x + width > WIDTH) [x, y] = [0, y + ROW];
    const found = { x: place(x), y, width: place(width), word };
    x += width + 3;
    return found;
  });
}

function Sentence({ words, sizes }: { words: number[]; sizes: number[] }) {
  return laidOut(words).map(({ x, y, width, word }, k) => (
    <g key={k}>
      <rect x={x} y={y} width={width} height={ROW - 4} rx="3" fill={ABOVE} fill-opacity={place(MOST * sizes[k])}
        stroke={k === CLUE ? "currentColor" : "none"} stroke-width="1.5" />
      <text x={place(x + width / 2)} y={y + 16} text-anchor="middle">{word}</text>
    </g>
  ));
}

const BASE = TEXT + 150;
const S = scaleLog([1e-12, 1], [BASE, TEXT + 14]).clamp(true);

function Curves({ numbers, net }: { numbers: Numbers; net: string }) {
  const T = numbers.words.length;
  const X = scaleLinear([1, T], [58, WIDTH - 8]);
  const drawn = (sizes: number[]) => line<number>((_, k) => place(X(k + 1)), (size) => place(S(size)))(sizes)!;
  const other = net === "RNN" ? "LSTM" : "RNN";
  return (
    <g>
      <path d={`M50 ${S(1)}V${BASE}H${WIDTH}`} class="moving-axis" />
      {[0, -3, -6, -9, -12].map((power) => (
        <text key={power} x="44" y={place(S(10 ** power)) + 5} text-anchor="end">
          {power ? <>10<tspan dy="-5" font-size="11">{`\u2212${-power}`}</tspan></> : "1"}
        </text>
      ))}
      <path d={`M${place(X(CLUE + 1))} ${S(1)}V${BASE}`} class="moving-axis" stroke-dasharray="2 3" />
      <path d={drawn(numbers[other as Net])} fill="none" stroke="currentColor" stroke-opacity="0.5" stroke-dasharray="5 3" />
      <path d={drawn(numbers[net as Net])} fill="none" stroke={ABOVE} stroke-width="2.5" />
      {numbers[net as Net].map((size, k) => size >= 1e-12 && <circle key={k} cx={place(X(k + 1))} cy={place(S(size))} r="2.5" fill={ABOVE} />)}
      {NETS.map((name) => (
        <text key={name} x={place(X(CLUE + 1)) + 6} y={place(Math.min(BASE - 4, S(numbers[name][CLUE]) + (name === net ? 17 : -6)))}
          fill={name === net ? ABOVE : "currentColor"} font-weight={name === net ? 700 : 400}>{name}</text>
      ))}
      {[CLUE + 1, T].map((k) => <text key={k} x={place(X(k))} y={BASE + 17} text-anchor="middle">{k}</text>)}
      <text x={(X(CLUE + 1) + X(T)) / 2} y={BASE + 17} text-anchor="middle" font-style="italic">k</text>
    </g>
  );
}

function draw({ state, numbers }: View<typeof parameters, Numbers>) {
  const shown = numbers[state.net as Net];
  return (
    <Picture width={WIDTH} height={BASE + 24} label="The words of a sentence, each as deep as the error depends on it">
      <Sentence words={numbers.words} sizes={shown} />
      <Curves numbers={numbers} net={state.net} />
    </Picture>
  );
}

/* What the last words have of all together. */
function lastTen(sizes: number[]): number {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.slice(-10).reduce((sum, size) => sum + size, 0) / all;
}

export default figure({
  name: "fading",
  title: "A sentence whose words fade",
  parameters,
  compute,
  draw,
  say: (numbers, { net }) => {
    const sizes = numbers[net as Net];
    return `${net}: the clue has ${short(sizes[CLUE], 2)} of the largest, ` +
      `the last ten ${short(100 * lastTen(sizes), 3)} % of all.`;
  },
  table: (numbers) => ({
    caption: "Length of ∂E/∂x at each word, as a share of the largest",
    head: ["k", "word", "RNN", "LSTM"],
    rows: numbers.words.map((word, k) => [k + 1, WORDS[word], short(numbers.RNN[k]), short(numbers.LSTM[k])]),
  }),
  ask: {
    kind: "challenge",
    ask: "Let the error at the end of the longest sentence depend on the clue at least a tenth as much as on any other word.",
    judge: (numbers, { net, distance }) => {
      if (distance < FARTHEST) return `The longest sentence has ${FARTHEST} words between clue and question.`;
      const clue = numbers[net as Net][CLUE];
      if (clue >= 0.1) return true;
      return net === "RNN" ? `It is ${short(clue, 2)}, and this network has nothing to set.` : `It is ${short(clue, 2)}: the forget gates let go too early.`;
    },
    well: "Nothing has been learned yet: the error only hears the clue again, so that it can be learned.",
  },
});
