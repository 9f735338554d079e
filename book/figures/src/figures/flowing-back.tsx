/* Chapter 5: the errors of one unit against the arrows, six steps back; each δ by its summands. */
import { amount, choice, figure, fixed, LOOKS, Picture, place, Press, shade, short, text } from "../lib";
import type { View } from "../lib";
import { errorLetter, inNumbers, Letters, symbolOf } from "../formula/letters";
import FORMULAS from "../../cells/LSTM.formulas.mjs";
import LSTM from "../../cells/LSTM.terms.mjs";

const T = 6;
const SIZES = { T, B: 1, D: 1, H: 1 };
/* The pencil example, and what it reads. */
const ROWS: Record<string, [number, number, number]> = {
  f: [0, 0.5, 1], i: [1, 1, 0], c: [2, 1, 0], o: [1, 0.5, 0],
};
const READS = Float64Array.of(1, -1, 2, 0, -1, 1);
const GATES = ["f", "i", "c_tilde", "o"];
const KINDS = ["c", ...GATES, "h"];
const ENTERS: Record<string, number> = { 0: 0, p: 1, n: -1 };
const NEXT: Record<string, string> = { 0: "p", p: "n", n: "0" };

/* Which summands are left out, by their names. */
const TO_H = GATES.map((gate) => `h from ${gate}`);
const LEFT_OUT: Record<string, string[]> = { both: [], line: TO_H, gates: ["c from c"] };

const parameters = {
  ways: choice("ways back", "both", { both: "both", line: "carousel alone", gates: "without the carousel" }),
  back: amount("steps gone back", T, 0, T, 1),
  bias: amount("bias of the forget gate", 1, -3, 4, 0.5),
  enter: text("errors that enter", "00000p", /^[0pn]{6}$/),
  node: text("the δ that is shown", "c5", /^(c|f|i|c_tilde|o|h)[1-6]$/),
};

type Arrays = Record<string, Float64Array>;

/* All arrays have a place for step 0 in front. */
interface Numbers { signals: Arrays; errors: Arrays; parts: Arrays; dparams: Arrays; enters: number[]; params: Arrays }

function paramsOf(bias: number): Arrays {
  const found: Arrays = {};
  for (const [g, [h, x, b]] of Object.entries(ROWS)) {
    found[`W_${g}h`] = Float64Array.of(h);
    found[`W_${g}x`] = Float64Array.of(x);
    found[`b_${g}`] = Float64Array.of(g === "f" ? bias : b);
  }
  return found;
}

function compute({ ways, bias, enter }: { ways: string; bias: number; enter: string }): Numbers {
  const params = paramsOf(bias);
  const { signals, nets } = LSTM.forward(SIZES, params, READS);
  const dy = Float64Array.from([...enter].map((letter) => ENTERS[letter]));
  const weights = Object.fromEntries(LEFT_OUT[ways].map((name) => [name, 0]));
  const { errors, parts, dparams } = LSTM.backward(SIZES, params, signals, nets, dy, {}, weights);
  return { signals, errors, parts, dparams, enters: [0, ...dy], params };
}

const LEFT = (t: number) => 8 + 64 * (t - 1);
const X = (t: number) => LEFT(t) + 46;
const G = (t: number) => LEFT(t) + 15;
const Y: Record<string, number> = { c: 34, f: 71, i: 102, c_tilde: 133, o: 164, h: 203, e: 248 };

const LINES = Object.fromEntries(FORMULAS.errors.map((line) => [line.of, line.summands]));

function largest({ errors, enters }: Numbers): number {
  const all = [...KINDS.flatMap((name) => [...errors[name].subarray(1)]), ...enters];
  return Math.max(...all.map(Math.abs)) || 1;
}

/* An arrow that an error takes: thick where it is large, pale where there is none. */
function Flow({ d, value, most, line, tip }: { d: string; value: number; most: number; line?: boolean; tip?: [number, number, number] }) {
  const size = Math.sqrt(Math.abs(value) / most);
  return (
    <g opacity={size > 1e-4 ? 1 : 0.22} class={line ? "moving-first" : "moving-second"}>
      <path d={d} fill="none" stroke-width={place(1 + 6 * size)} stroke-dasharray={line ? undefined : "4 3"} />
      {tip && <path d="M0 0L-8 -5V5Z" transform={`translate(${tip[0]} ${tip[1]}) rotate(${tip[2]})`}
        stroke="none" class={line ? "moving-first-fill" : "moving-second-fill"} />}
    </g>
  );
}

function Flows({ numbers, reached, most }: { numbers: Numbers; reached: (t: number) => boolean; most: number }) {
  const { errors, parts, enters } = numbers;
  const steps = Array.from({ length: T }, (_, n) => n + 1);
  const seen = (value: number, t: number) => (reached(t) ? value : 0);
  return (
    <g>
      {steps.map((t) => (
        <g key={t}>
          <Flow d={`M${X(t)} ${Y.e - 12}V${Y.h + 22}`} value={seen(enters[t], t)} most={most} tip={[X(t), Y.h + 14, -90]} />
          <Flow d={`M${X(t)} ${Y.h - 13}V${Y.c + 22}`} value={seen(parts["c from h"][t], t)} most={most} tip={[X(t), Y.c + 14, -90]} />
          <Flow d={`M${X(t) - 9} ${Y.h - 9}L${G(t) + 9} ${Y.o + 9}`} value={seen(errors.o[t], t)} most={most} />
          {["f", "i", "c_tilde"].map((gate) => (
            <Flow key={gate} d={`M${X(t) - 7} ${Y.c + 11}Q${X(t) - 12} ${Y[gate]},${G(t) + 12} ${Y[gate]}`}
              value={seen(errors[gate][t], t)} most={most} />
          ))}
          {t > 1 && GATES.map((gate) => (
            <Flow key={gate} d={`M${G(t) - 12} ${Y[gate]}H${LEFT(t) - 1}V${Y.h - 12}L${LEFT(t) - 7} ${Y.h - 6}`}
              value={seen(parts[`h from ${gate}`][t - 1], t - 1)} most={most} />
          ))}
          {t < T && <Flow line d={`M${X(t + 1) - 13} ${Y.c}H${X(t) + 22}`} value={seen(parts["c from c"][t], t)}
            most={most} tip={[X(t) + 14, Y.c, 180]} />}
        </g>
      ))}
    </g>
  );
}

/* Where an arrow key leads from a node: in time to the sides, through the layers up and down. */
function beside(kind: string, t: number, key: string): [string, number] {
  const row = KINDS.indexOf(kind);
  if (key === "ArrowLeft") return [kind, Math.max(1, t - 1)];
  if (key === "ArrowRight") return [kind, Math.min(T, t + 1)];
  const to = key === "ArrowUp" ? row - 1 : row + 1;
  return [KINDS[Math.min(KINDS.length - 1, Math.max(0, to))], t];
}

function Node({ kind, t, value, most, chosen, reached }: { kind: string; t: number; value: number; most: number; chosen: boolean; reached: boolean }) {
  const [x, r] = kind === "c" || kind === "h" ? [X(t), 13] : [G(t), 12];
  const depth = reached ? (value / most || 0) : 0;
  return (
    <>
      <rect x={x - 15.5} y={Y[kind] - 15.5} width="31" height="31" fill="transparent" />
      <circle cx={x} cy={Y[kind]} r={r} class="moving-knob" stroke-width={chosen ? 3.5 : 1.2} stroke-dasharray={LOOKS[kind].dash && kind !== "h" ? "3 2" : undefined} />
      <circle cx={x} cy={Y[kind]} r={r - 1} {...shade(Math.sign(depth) * Math.sqrt(Math.abs(depth)) * 0.7)} />
      <text x={x} y={Y[kind] + 4} text-anchor="middle" font-style="italic" font-weight={chosen ? "bold" : undefined}>{symbolOf(kind)}</text>
      {chosen && <circle cx={x} cy={Y[kind]} r={r + 2.5} fill="none" stroke="currentColor" stroke-width="1.5" />}
    </>
  );
}

function Nodes({ state, numbers, set, id, reached, most }: View<typeof parameters, Numbers> & { reached: (t: number) => boolean; most: number }) {
  const go = (kind: string, t: number) => { set({ node: `${kind}${t}` }); return `${id}-${kind}${t}`; };
  return (
    <g>
      {Array.from({ length: T }, (_, n) => n + 1).map((t) => (
        <g key={t} opacity={reached(t) ? 1 : 0.55}>
          <text x={X(t)} y="13" text-anchor="middle" font-size="12">{t}</text>
          {KINDS.map((kind) => {
            const [value, chosen] = [numbers.errors[kind][t], state.node === `${kind}${t}`];
            const says = reached(t) ? `: ${fixed(value, 3)}` : "";
            return (
              <Press key={kind} id={`${id}-${kind}${t}`} stop={chosen} pressed={chosen} onPress={() => go(kind, t)}
                label={`δ of ${symbolOf(kind)} at step ${t}${says}`} onArrow={(key) => go(...beside(kind, t, key))}>
                <Node {...{ kind, t, value, most, chosen }} reached={reached(t)} />
              </Press>
            );
          })}
        </g>
      ))}
    </g>
  );
}

function Entries({ state, numbers, set }: View<typeof parameters, Numbers>) {
  const turn = (n: number) => [...state.enter].map((letter, k) => (k === n ? NEXT[letter] : letter)).join("");
  return (
    <g>
      {numbers.enters.slice(1).map((value, n) => (
        <Press key={n} label={`error that enters at step ${n + 1}: ${fixed(value, 0)}`} onPress={() => set({ enter: turn(n) })}>
          <rect x={X(n + 1) - 16} y={Y.e - 15} width="32" height="31" fill="transparent" />
          <rect x={X(n + 1) - 14} y={Y.e - 11} width="28" height="22" rx="5" class="moving-knob" />
          <text x={X(n + 1)} y={Y.e + 4} text-anchor="middle" opacity={value ? 1 : 0.6}>{fixed(value, 0)}</text>
        </Press>
      ))}
      <text x={X(1) - 30} y={Y.e + 4} text-anchor="middle"><tspan font-style="italic">e</tspan><tspan dy="3" font-size="10">t</tspan></text>
    </g>
  );
}

const TOP = 284;

function chosenOf(state: { node: string }): [string, number] {
  return [state.node.slice(0, -1), Number(state.node.slice(-1))];
}

/* What the summands of the chosen δ are, of a step that has a next one or none. */
function shown(state: { node: string; ways: string }, numbers: Numbers) {
  const [kind, t] = chosenOf(state);
  return LINES[kind].filter(({ lag }) => t + lag <= T).map(({ name, tokens }) => ({
    name, tokens, struck: LEFT_OUT[state.ways].includes(name),
    value: name === "e" ? numbers.enters[t] : numbers.parts[name][t],
  }));
}

function reader({ signals, errors, enters, params }: Numbers, t: number) {
  return ([kind, name, lag]: Exclude<Token, string>): number => {
    if (name === "e") return enters[t - lag];
    return kind === "params" ? params[name][0] : (kind === "errors" ? errors : signals)[name][t - lag];
  };
}

/* The δ of a gate has one summand, and its slope is a factor there: then the δ is the value. */
function valueOf(kind: string, t: number, numbers: Numbers, value: number): number {
  return GATES.includes(kind) ? numbers.errors[kind][t] : value;
}

function Split({ state, numbers, reached }: View<typeof parameters, Numbers> & { reached: (t: number) => boolean }) {
  const [kind, t] = chosenOf(state);
  const rows = shown(state, numbers);
  const [total, known] = [numbers.errors[kind][t], reached(t)];
  const values = rows.map(({ value }) => valueOf(kind, t, numbers, value));
  const most = Math.max(...values.map(Math.abs), Math.abs(total)) || 1;
  const two = kind !== "h";
  const height = two ? 38 : 22;
  const bar = (value: number) => ({ x: place(355 + Math.min(0, (42 * value) / most)), width: place((42 * Math.abs(value)) / most) });
  return (
    <g>
      {rows.map(({ name, tokens, struck }, k) => {
        const [y, line] = [TOP + 16 + height * k, name === "c from c"];
        const value = values[k];
        return (
          <g key={name} opacity={struck ? 0.5 : 1}>
            <text x="4" y={y} text-anchor="start">{k ? "+ " : "= "}<Letters tokens={tokens} t={t} /></text>
            {known && name !== "e" && !struck &&
              <text x={two ? 18 : 118} y={two ? y + 17 : y} font-size="12.5">= {inNumbers(tokens, reader(numbers, t))}</text>}
            {known && <text x="306" y={two ? y + 17 : y} text-anchor="end">{fixed(value, 3)}</text>}
            {known && <rect y={(two ? y + 17 : y) - 10} height="10" {...bar(value)} class={line ? "moving-first-fill" : "moving-second-fill"} />}
            {known && !line && <rect y={(two ? y + 17 : y) - 10} height="10" {...bar(value)} fill="url(#flowing-back-hatch)" />}
            {struck && <path d={`M16 ${y - 4}H112`} stroke="currentColor" stroke-width="1.5" />}
          </g>
        );
      })}
      <text x="4" y={TOP - 4}><Letters tokens={[errorLetter(kind)]} t={t} /></text>
      {known && <text x="306" y={TOP - 4} text-anchor="end" font-weight="bold">{fixed(total, 3)}</text>}
      {known && <rect y={TOP - 14} height="10" {...bar(total)} fill="currentColor" />}
      <path d={`M355 ${TOP - 18}V${TOP + 122}`} class="moving-axis" />
    </g>
  );
}

function draw(view: View<typeof parameters, Numbers>) {
  const { state, numbers } = view;
  const reached = (t: number) => t > T - state.back;
  const most = largest(numbers);
  return (
    <Picture width={400} height={408} label="Six steps of one unit with the arrows of the errors, and one δ split into its summands">
      <defs>
        <pattern id="flowing-back-hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V4" stroke="var(--pst-color-background, #fff)" stroke-width="2.4" />
        </pattern>
      </defs>
      <Flows numbers={numbers} reached={reached} most={most} />
      <Nodes {...view} reached={reached} most={most} />
      <Entries {...view} />
      <Split {...view} reached={reached} />
    </Picture>
  );
}

export default figure({
  name: "flowing-back",
  title: "The errors of an LSTM unit flowing back through six steps",
  parameters,
  compute,
  draw,
  say: (numbers, state) => {
    const [kind, t] = chosenOf(state);
    if (t <= T - state.back) return `δ of ${symbolOf(kind)} at step ${t} is not reached yet: go further back.`;
    const rows = shown(state, numbers).filter(({ struck }) => !struck);
    const parts = rows.map(({ value }) => fixed(valueOf(kind, t, numbers, value), 3));
    const sum = parts.length > 1 ? `${parts.join(" + ").replaceAll("+ −", "− ")} = ` : "";
    return `δ of ${symbolOf(kind)} at step ${t} = ${sum}${fixed(numbers.errors[kind][t], 3)}.`;
  },
  table: ({ errors, parts }) => ({
    caption: "All δ, and the two summands of that of c",
    head: ["t", "δ of h", "δ of o", "δ of c", "by h", "carousel", "δ of c̃", "δ of i", "δ of f"],
    rows: Array.from({ length: T }, (_, n) => T - n).map((t) => [
      t, ...[errors.h, errors.o, errors.c, parts["c from h"], parts["c from c"], errors.c_tilde, errors.i, errors.f]
        .map((values) => short(values[t])),
    ]),
  }),
  ask: {
    kind: "challenge",
    ask: "Let an error of 1 enter at step 6 and at no other. Find a bias of the forget gate with which δ of c at step 1 has got more through h than by the carousel.",
    judge: ({ parts }, { enter, ways }) => {
      const [line, h] = [parts["c from c"][1], parts["c from h"][1]];
      if (enter !== "00000p") return "One error is asked for, 1 at step 6.";
      if (ways !== "both") return "With both ways back, please.";
      return h > line || `Through h came ${fixed(h, 3)}, by the carousel ${fixed(line, 3)}. What is the carousel multiplied by at each step?`;
    },
    well: "The carousel is as good as its forget gate: with f below one half little is left after a step, and the way through h, which is always there, brings more.",
  },
});
