/* Chapter 8: the backward pass as equations in which any summand is struck out; what becomes of all
   gradients, and whether a check sees it. */
import { amount, choice, figure, onOff, Picture, place, Press, short, text } from "../lib";
import type { State, View } from "../lib";
import { errorLetter, Letters, symbolOf } from "../formula/letters";
import { gradients, problem, relative, remembered } from "../formula/problem";
import type { Arrays, Problem } from "../formula/problem";
import FORMULAS from "../../cells/LSTM.formulas.mjs";
import LSTM from "../../cells/LSTM.mjs";

/* Every summand has a letter, by which the address names what is struck out. */
const LINES = [...FORMULAS.errors, ...FORMULAS.passed, ...FORMULAS.gradients];
const SUMMANDS = LINES.flatMap(({ summands }) => summands).filter(({ name }) => name !== "e");
const LETTER = Object.fromEntries(SUMMANDS.map(({ name }, k) => [name, String.fromCharCode(97 + k)]));
const PARAMS = Object.keys(LSTM.shapes);
const TENSORS = [...PARAMS, "x", "h_0", "c_0"];

const SCALES: Record<string, string> = { "0.0001": "10⁻⁴", "0.01": "0.01", "0.1": "0.1", "0.5": "0.5", "1.0": "1" };
const LIMITS: Record<string, string> = { "0.01": "0.01", "0.0001": "10⁻⁴", "0.000001": "10⁻⁶", "0.000000001": "10⁻⁹" };
const LOOKS: Record<string, string> = { W_fh: "W_fh", parameters: "all parameters", all: "these, x, h₀ and c₀" };

const parameters = {
  struck: text("what is struck out", LETTER["c from c"], /^[a-z]*$/),
  T: amount("steps", 2, 1, 6, 1),
  B: amount("samples", 1, 1, 3, 1),
  scale: choice("size of the weights", "0.0001", SCALES),
  bias: onOff("biases are random, not zero", false),
  states: onOff("initial states are random, not zero", false),
  every: onOff("errors enter at every step, not the last", false),
  look: choice("looked at", "W_fh", LOOKS),
  limit: choice("limit of the check", "0.000001", LIMITS),
};
type Now = State<typeof parameters>;

/* The four checks of the chapter. */
const TINY = { B: 1, scale: "0.0001", bias: false, states: false, every: false, limit: "0.000001" };
const CHECKS: Record<string, Partial<Now>> = {
  "one matrix": { ...TINY, T: 2, look: "W_fh" },
  "one step": { ...TINY, T: 1, look: "parameters" },
  "two steps": { ...TINY, T: 2, look: "parameters" },
  "six steps": { T: 6, B: 3, scale: "0.5", bias: true, states: true, every: true, look: "all", limit: "0.000001" },
};

interface Numbers {
  given: Problem;
  got: Arrays;
  errors: Record<string, number>; // of each tensor, against the right gradient
  looked: string[];
  told: Record<string, number>; // of the tensors that are looked at, against differences
  noise: number; // the same of the right gradient, the worst of them
  seen: boolean;
}

export function struckOut(letters: string): string[] {
  return SUMMANDS.map(({ name }) => name).filter((name) => letters.includes(LETTER[name]));
}

function compute(state: Now): Numbers {
  const settings = { ...state, scale: Number(state.scale) };
  const given = problem(settings);
  const right = gradients(given);
  const got = gradients(given, struckOut(state.struck));
  const looked = state.look === "W_fh" ? ["W_fh"] : state.look === "all" ? TENSORS : PARAMS;
  const [told, errors]: Record<string, number>[] = [{}, {}];
  let noise = 0;
  for (const name of TENSORS) errors[name] = relative(got[name], right[name]);
  for (const name of looked) {
    const want = remembered(settings, given, name);
    told[name] = relative(got[name], want);
    noise = Math.max(noise, relative(right[name], want));
  }
  return { given, got, errors, looked, told, noise, seen: looked.some((name) => told[name] > Number(state.limit)) };
}

const ROW = 32;
const CARD: [of: string, from: number, to: number, row: number][] = [
  ["h", 0, 3, 0], ["h", 3, 5, 1], ["o", 0, 1, 2], ["c", 0, 1, 3], ["c", 1, 2, 4], ["c_tilde", 0, 1, 5], ["i", 0, 1, 6], ["f", 0, 1, 7],
  ["x", 0, 4, 8],
];
const BELOW = ROW * 9 + 12; // where the gradients begin

/* About how wide a formula is: what is below the line is smaller. */
function wide(tokens: Token[]): number {
  return tokens.reduce((sum, token) => {
    if (typeof token === "string") return sum + 6.6 * [...token].filter((c) => c !== " ").length + 3.5 * (token.split(" ").length - 1);
    const [kind, name, lag] = token;
    const below = kind === "params" ? name.split("_")[1].length : kind === "errors" ? symbolOf(name).length + 1 + (lag ? 3 : 1) : lag ? 3 : 1;
    return sum + (kind === "params" ? 12 : 8) + 5.4 * below;
  }, 0);
}

function inWords(tokens: Token[]): string {
  return tokens.map((token) => {
    if (typeof token === "string") return token;
    const [kind, name, lag] = token;
    const when = lag ? (lag > 0 ? "t−1" : "t+1") : "t";
    return kind === "params" ? name : kind === "errors" ? `δ_${symbolOf(name)},${when}` : `${symbolOf(name)}_${when}`;
  }).join("");
}

interface PartProps { view: View<typeof parameters, Numbers>; summand: Summand; of: string; x: number; y: number; width: number; sum?: boolean }

/* One summand, which is struck out when it is pressed. */
function Part({ view: { state, set, id }, summand: { name, tokens }, of, x, y, width, sum }: PartProps) {
  const letter = LETTER[name];
  const out = state.struck.includes(letter);
  const toggle = () => set({ struck: out ? state.struck.replace(letter, "") : [...state.struck, letter].sort().join("") });
  const beside = (key: string) => {
    const k = letter.charCodeAt(0) - 97 + (key === "ArrowRight" || key === "ArrowDown" ? 1 : -1);
    return `${id}-${String.fromCharCode(97 + Math.min(SUMMANDS.length - 1, Math.max(0, k)))}`;
  };
  return (
    <Press id={`${id}-${letter}`} stop={name === "c from c"} onArrow={beside} pressed={out} onPress={toggle}
      label={`strike out ${sum ? "Σ " : ""}${inWords(tokens)} in ${of}`}>
      <rect x={place(x - 3)} y={y - 20} width={place(width + 6)} height={ROW - 1} rx="4" fill={out ? "var(--figure-second)" : "transparent"} fill-opacity="0.14" />
      <text x={place(x)} y={y} opacity={out ? 0.75 : 1}>{sum && "Σ "}<Letters tokens={tokens} /></text>
      {out && <path d={`M${place(x - 2)} ${y + 3}L${place(x + width + 2)} ${y - 11}`} class="moving-second" stroke-width="2" />}
    </Press>
  );
}

function Equations({ view }: { view: View<typeof parameters, Numbers> }) {
  return (
    <g font-size="12.5">
      {CARD.map(([of, from, to, row]) => {
        const line = LINES.find((one) => one.of === of)!;
        const y = 20 + ROW * row;
        let x = 58;
        return (
          <g key={row}>
            {!from && of !== "x" && <text x="2" y={y}><Letters tokens={[errorLetter(of)]} /></text>}
            {!from && of === "x" && <text x="0" y={y} font-style="italic">∂E/∂x<tspan dy="3" font-size="9">t</tspan></text>}
            {!from && <text x="44" y={y}>=</text>}
            {line.summands.slice(from, to).map((summand, k) => {
              const [plus, width] = [from + k ? 16 : 0, wide(summand.tokens)];
              const left = x + plus;
              x = left + width + 5;
              return (
                <g key={summand.name}>
                  {plus > 0 && <text x={place(left - 13)} y={y}>+</text>}
                  {summand.name === "e"
                    ? <text x={place(left)} y={y}><Letters tokens={summand.tokens} /></text>
                    : <Part view={view} summand={summand} of={of === "x" ? "the error of x" : `δ of ${symbolOf(of)}`} x={left} y={y} width={width} />}
                </g>
              );
            })}
          </g>
        );
      })}
    </g>
  );
}

const [LEFT, LENGTH, TINIEST] = [2, 66, -15];

/* The error of one gradient: a bar on a scale of powers of ten, and where the limit is. */
function Bar({ numbers, limit, name, x, y }: { numbers: Numbers; limit: number; name: string; x: number; y: number }) {
  const value = numbers.errors[name];
  const long = (size: number) => place(LENGTH * Math.min(1, Math.max(0, 1 - Math.log10(size) / TINIEST)));
  const seen = numbers.looked.includes(name);
  return (
    <g opacity={seen ? 1 : 0.45}>
      <rect x={x} y={y} width={LENGTH} height="9" class="moving-axis" stroke-dasharray={seen ? undefined : "2 2"} />
      {value > 0 && <rect x={x} y={y} width={long(value)} height="9" class="moving-second-fill" />}
      {seen && <path d={`M${x + long(limit)} ${y - 3}V${y + 12}`} stroke="currentColor" stroke-width="2" />}
      <text x={x + LENGTH + 6} y={y + 9} font-size="11.5">{short(value, 2)}</text>
    </g>
  );
}

function Gradients({ view }: { view: View<typeof parameters, Numbers> }) {
  const limit = Number(view.state.limit);
  const kinds = ["h", "x", ""];
  const cell = (k: number, row: number) => ({ x: LEFT + 134 * k, y: BELOW + 52 * row });
  return (
    <g font-size="12">
      {["f", "i", "c", "o"].flatMap((gate, row) => kinds.map((kind, k) => {
        const name = kind ? `W_${gate}${kind}` : `b_${gate}`;
        const [summand] = FORMULAS.gradients.find(({ of }) => of === name)!.summands;
        const { x, y } = cell(k, row);
        return (
          <g key={name}>
            <text x={x} y={y + 16} font-weight={view.numbers.looked.includes(name) ? "bold" : undefined}><Letters tokens={[["params", name, 0]]} /></text>
            <Part view={view} summand={summand} of={`the gradient of ${name}`} sum x={x + 36} y={y + 16} width={14 + wide(summand.tokens)} />
            <Bar numbers={view.numbers} limit={limit} name={name} x={x} y={y + 31} />
          </g>
        );
      }))}
      {["x", "h_0", "c_0"].map((name, k) => {
        const { x, y } = cell(k, 4);
        return (
          <g key={name}>
            <text x={x} y={y + 16} font-style="italic" font-weight={view.numbers.looked.includes(name) ? "bold" : undefined}>{name[0]}<tspan dy="3" font-size="9.4">{name === "x" ? "t" : "0"}</tspan></text>
            <Bar numbers={view.numbers} limit={limit} name={name} x={x} y={y + 24} />
          </g>
        );
      })}
    </g>
  );
}

function draw(view: View<typeof parameters, Numbers>) {
  return (
    <Picture width={400} height={BELOW + 250} label="The equations of the backward pass, each summand to be struck out, and the errors of all gradients">
      <Equations view={view} />
      <Gradients view={view} />
    </Picture>
  );
}

const WORDS: Record<string, string> = { h_0: "h₀", c_0: "c₀" };

function worst(errors: Record<string, number>): [string, number] {
  return Object.entries(errors).reduce((most, one) => (one[1] > most[1] ? one : most));
}

/* What differences cannot tell from nothing depends on the last digits of a processor. */
function byDifferences(value: number): string {
  return value < 1e-7 ? "below 10⁻⁷" : short(value, 2);
}

export default figure({
  name: "struck",
  title: "The backward pass of the LSTM with summands struck out, and what a check of gradients sees of it",
  parameters,
  actions: Object.entries(CHECKS).map(([name, change]) => ({ label: () => name, change: () => change })),
  compute,
  draw,
  say: ({ errors, told, noise, seen }, { limit, struck }) => {
    const [name, most] = worst(errors);
    const [at, off] = worst(told);
    const wrong = most > 0 ? `The worst gradient, of ${WORDS[name] ?? name}, is off by ${short(most, 2)}.` : "All gradients are right.";
    if (noise > Number(limit)) return `${wrong} The check refuses even the right ones: its differences are good to ${short(noise, 1)} only.`;
    const saw = seen ? `The check sees it, at ${WORDS[at] ?? at}: ${short(off, 2)}.` : struck ? "The check passes." : "The check passes, as it should.";
    return `${wrong} ${saw}`;
  },
  table: ({ errors, told }) => ({
    caption: "Errors of the gradients, and what the check finds where it looks",
    head: ["gradient of", "error", "by differences"],
    rows: TENSORS.map((name) => [WORDS[name] ?? name, short(errors[name]), name in told ? byDifferences(told[name]) : "not looked at"]),
  }),
  ask: {
    kind: "challenge",
    ask: "Strike out a single summand so that gradients are wrong and the check with two steps that looks at all parameters passes.",
    judge: ({ errors, seen, noise }, { struck, T, look, limit }) => {
      if (struck.length !== 1) return "A single summand, please.";
      if (T !== 2 || look !== "parameters") return "With two steps and a look at all parameters: the button sets them.";
      if (noise > Number(limit)) return "The limit is tighter than the differences are good for.";
      if (worst(errors)[1] === 0) return "No gradient is wrong at all. Where does a summand matter?";
      return !seen || "The check sees it. Which gradients does it not look at, and which summands are in those alone?";
    },
    well: "Nobody looks at the error of x here, though a layer below would be trained with it; and with tiny weights most ways through h are too weak to be missed.",
  },
});
