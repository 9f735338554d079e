/* Chapter 10: recurrent cells learn to name the language of a country, side by side. */
import { amount, choice, figure, fixed, line, onOff, Picture, place, scaleLinear, short } from "../lib";
import type { State, View } from "../lib";
import type { VNode } from "preact";
import further from "../train/cells.json";
import stored from "../train/run.json";
import { type Entry, worker } from "../train/runner";
import { type Curve, type Numbers, useRun } from "../train/run";
import { UPDATES } from "../train/rules";

const RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
const FURTHER: Record<string, boolean> = further;

const parameters = {
  distance: amount("distance in words", 20, 0, 60, 5),
  rate: { ...amount("learning rate", 4, 0, RATES.length - 1, 1), words: (k: number) => String(RATES[k]) },
  forget: amount("b_f at the start", 3, -2, 8, 0.5),
  seed: amount("seed", 1, 1, 50, 1),
  rnn: onOff("RNN", true),
  gru: onOff("GRU", true),
  lstm: onOff("LSTM", true),
  cut: onOff("LSTM without carousel", true),
  other: choice("one more cell", "-", { "-": "none", ...Object.fromEntries(Object.keys(FURTHER).map((n) => [n, n])) }),
};
type Now = State<typeof parameters>;

interface Kind {
  name: string; // as it is said
  symbol?: VNode; // in the picture, if it is not the name
  colour: string;
  dash?: string;
  mark: string; // a path around 0, 0
}

const WITHOUT = <>LSTM − δ<tspan dy="3" font-size="10">c</tspan><tspan dy="-3"> f</tspan></>;

const KINDS: Record<string, Kind & { cell: string }> = {
  rnn: { cell: "ELMAN", name: "RNN", colour: "var(--model-rnn)", dash: "7 3", mark: "M-3.5 -3.5h7v7h-7z" },
  gru: { cell: "GRU_AFTER", name: "GRU", colour: "var(--model-gru)", dash: "9 2 2 2", mark: "M0 -4.5L4 3.5H-4z" },
  lstm: { cell: "LSTM", name: "LSTM", colour: "var(--model-lstm)", mark: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z" },
  cut: { cell: "LSTM_WITHOUT_CAROUSEL", name: "LSTM without carousel", symbol: WITHOUT, colour: "var(--figure-second)", dash: "2 3", mark: "M-4 -4L4 4M-4 4L4 -4" },
};
const OTHER = { colour: "currentColor", dash: "12 3", mark: "M0 -5L5 0L0 5L-5 0z" };

function kind(key: string): Kind {
  return KINDS[key] ?? { ...OTHER, name: key };
}

function keys(state: Now): string[] {
  const chosen = (["rnn", "gru", "lstm", "cut"] as const).filter((key) => state[key]);
  return state.other === "-" ? chosen : [...chosen, state.other];
}

function entry(key: string): Entry {
  const cell = KINDS[key]?.cell;
  if (cell) return { cell, forget: key === "lstm" || key === "cut", further: false };
  return { cell: key, forget: FURTHER[key], further: true };
}

function settings({ distance, rate, forget, seed }: Now) {
  return { distance, rate: RATES[rate], forget, seed };
}

/* Before a run: the stored one, if it is of these settings. */
function compute(state: Now): Numbers {
  const asked = { ...settings(state), cells: keys(state) };
  const none = { n: 0, said: 0, why: "" };
  if (JSON.stringify(asked) !== JSON.stringify(stored.settings))
    return { ...none, phase: "ready", curves: keys(state).map((key) => ({ key, points: [], failed: null })) };
  const curves: Curve[] = stored.settings.cells.map((key, k) => ({
    key,
    points: stored.right[k].map((right, j) => ({ n: j * stored.every, right, loss: stored.loss[k][j] })),
    failed: null,
  }));
  return { ...none, phase: "stored", n: UPDATES, said: UPDATES, curves };
}

function follow(first: Numbers, state: Now): Numbers {
  return useRun(first, keys(state).map(entry), settings(state));
}

// ---- the picture

const X = scaleLinear([0, UPDATES], [34, 396]);
const RIGHT = scaleLinear([0, 1], [236, 76]);
const LOSS = scaleLinear([0, 2], [366, 266]);
const CHANCE = 0.25;

function at(curve: Curve, n: number) {
  return [...curve.points].reverse().find((point) => point.n <= n);
}

function Legend({ curves, n }: Numbers) {
  return (
    <g>
      {curves.map((curve, k) => {
        const { name, symbol, colour, dash, mark } = kind(curve.key);
        const x = k % 2 ? 214 : 6, y = 14 + 20 * Math.floor(k / 2);
        const point = at(curve, n);
        const says = curve.failed ? "∞" : point ? fixed(point.right) : "";
        return (
          <g key={curve.key}>
            <path d={`M${x} ${y}h34`} stroke={colour} stroke-width="2" stroke-dasharray={dash} />
            <path d={mark} transform={`translate(${x + 17} ${y})`} class="moving-mark" stroke={colour} />
            <text x={x + 42} y={y + 4} fill={colour}>{symbol ?? name}</text>
            <text x={x + 178} y={y + 4} text-anchor="end" fill={colour}>{says}</text>
          </g>
        );
      })}
    </g>
  );
}

function Axes({ scale, ticks, symbol, dotted }: {
  scale: typeof X; ticks: number[]; symbol: string; dotted: number;
}) {
  const [bottom, top] = scale.range();
  return (
    <g>
      <path d={`M${X(0)} ${top}V${bottom}H${X(UPDATES)}`} class="moving-axis" />
      <path d={`M${X(0)} ${place(scale(dotted))}H${X(UPDATES)}`} class="moving-axis" stroke-dasharray="2 4" />
      {ticks.map((v) => <text key={v} x={X(0) - 5} y={scale(v) + 4} text-anchor="end">{v}</text>)}
      <text x={X(0) - 7} y={(top + bottom) / 2 + 4} text-anchor="end" font-style="italic">{symbol}</text>
    </g>
  );
}

/* A curve, with a mark now and then, each kind at other places. */
function Path({ curve, index, scale, of }: {
  curve: Curve; index: number; scale: typeof X; of: "right" | "loss";
}) {
  const { colour, dash, mark } = kind(curve.key);
  const [bottom, top] = scale.domain();
  const points = curve.points
    .filter((point) => point[of] !== null)
    .map(({ n, [of]: value }): [number, number, number] => [
      n, place(X(n)), place(scale(Math.min(top, Math.max(bottom, value as number)))),
    ]);
  const drawn = line<[number, number, number]>((p) => p[1], (p) => p[2])(points);
  if (!drawn) return null;
  return (
    <g>
      <path d={drawn} fill="none" stroke={colour} stroke-width="2" stroke-dasharray={dash} />
      {points.filter(([n]) => n % 50 === 10 * ((2 * index + 1) % 5)).map(([n, x, y]) => (
        <path key={n} d={mark} transform={`translate(${x} ${y})`} class="moving-mark" stroke={colour} />
      ))}
    </g>
  );
}

function draw({ numbers, state }: View<typeof parameters, Numbers>) {
  const { curves } = numbers;
  return (
    <Picture width={420} height={392} label={`share of right answers and loss against updates, distance ${state.distance}`}>
      <Legend {...numbers} />
      <Axes scale={RIGHT} ticks={[0, 1]} symbol="✓" dotted={CHANCE} />
      <Axes scale={LOSS} ticks={[0, 2]} symbol="E" dotted={Math.log(4)} />
      {curves.map((curve, k) => <Path key={curve.key} curve={curve} index={k} scale={RIGHT} of="right" />)}
      {curves.map((curve, k) => <Path key={curve.key} curve={curve} index={k} scale={LOSS} of="loss" />)}
      {[0, 100, 200, 300].map((n) => (
        <text key={n} x={X(n)} y={384} text-anchor={n === UPDATES ? "end" : "middle"}>{n}</text>
      ))}
    </Picture>
  );
}

// ---- what is said

const BEGINS: Partial<Record<Numbers["phase"], string>> = {
  stored: "A stored run", runs: "Running", loads: "Starting", pauses: "Paused", stopped: "Stopped", done: "Done",
};

function say({ phase, said, curves, why }: Numbers, state: Now): string {
  if (phase === "failed") return `Nothing is trained: ${why}.`;
  const { distance, rate, forget, seed } = settings(state);
  if (phase === "ready")
    return `Press Start: distance ${distance}, learning rate ${rate}, b_f = ${fixed(forget, 1)}, seed ${seed}.`;
  const shares = curves.map((curve) => {
    const point = at(curve, said);
    return `${kind(curve.key).name} ${curve.failed ? "diverged" : point ? fixed(point.right) : "?"}`;
  });
  return `${BEGINS[phase]}, ${said} updates; right: ${shares.join(", ")}.`;
}

function table({ curves }: Numbers) {
  const steps = [...new Set(curves.flatMap((curve) => curve.points.map(({ n }) => n)))].sort((a, b) => a - b);
  const cells = (curve: Curve, n: number) => {
    const point = curve.points.find((one) => one.n === n);
    return [point ? fixed(point.right) : "", point && point.loss !== null ? short(point.loss, 6) : ""];
  };
  return {
    caption: "Share of right answers to 100 new sentences, and mean loss of the last ten batches",
    head: ["updates", ...curves.flatMap(({ key }) => [`${kind(key).name}, right`, `${kind(key).name}, loss`])],
    rows: steps.map((n) => [n, ...curves.flatMap((curve) => cells(curve, n))]),
  };
}

const WORDS: Partial<Record<Numbers["phase"], string>> = { runs: "Pause", loads: "Pause", pauses: "Resume" };

/* A button that can do nothing now keeps its focus. */
function Own({ off, press, children }: { off: boolean; press?: () => void; children: string }) {
  return (
    <button type="button" class="moving-action" aria-disabled={off} onClick={() => { if (!off) press?.(); }}>
      {children}
    </button>
  );
}

function Buttons({ numbers }: View<typeof parameters, Numbers>) {
  const { phase, command, curves } = numbers;
  const runs = phase === "runs" || phase === "loads";
  const none = curves.length === 0;
  return (
    <div class="moving-row">
      <Own off={none} press={command?.press}>{WORDS[phase] ?? "Start"}</Own>
      <Own off={none || runs} press={command?.ten}>10 updates</Own>
      <Own off={!runs && phase !== "pauses"} press={command?.stop}>Stop</Own>
    </div>
  );
}

// ---- what is asked

const FAR = 30;
const SOON = 150;
const ENOUGH = 0.9;

function judge({ curves, phase }: Numbers, { distance }: Now): true | string {
  if (distance < FAR) return `The distance is ${distance}; put it at ${FAR} or more.`;
  const curve = curves.find(({ key }) => key === "lstm");
  if (!curve) return "No LSTM runs.";
  if (phase === "ready" || curve.points.length === 0) return "Press Start, and wait for it.";
  const soon = curve.points.filter(({ n }) => n <= SOON);
  const best = Math.max(...soon.map(({ right }) => right));
  if (best >= ENOUGH) return true;
  const last = soon[soon.length - 1].n;
  return `After ${last} updates the LSTM had at best ${fixed(best)} right. For how many steps does f = σ(b_f) keep half of a number?`;
}

const shown = figure({
  name: "train",
  title: "Cells in training, side by side",
  parameters,
  compute,
  follow,
  draw,
  controls: Buttons,
  say,
  table,
  ask: {
    kind: "challenge",
    ask: `Find a b_f with which the LSTM gives ${100 * ENOUGH} % right answers at a distance of ${FAR} within ${SOON} updates. (It is quicker alone.)`,
    judge,
    well: "Its gates are open wide enough at the start for the error to arrive at the country.",
  },
});

/* `worker` is for tests, which run it in Node. */
export default Object.assign(shown, { worker });
