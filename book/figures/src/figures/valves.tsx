/* Chapter 3: three valves around one number, over forty steps; the reader writes, keeps and reads. */
import { amount, choice, figure, fixed, Handle, LOOKS, Picture, place, signed, text } from "../lib";
import type { State, View } from "../lib";
import { TRACKS, unit } from "../models/unit";
import type { Tracks } from "../models/unit";

const STEPS = 40;
const HOLD = 30;
/* What comes in while nothing is written: noise, so that an open valve shows. */
const NOISE = Array.from({ length: STEPS }, (_, t) => ((7 * (t + 1) * (t + 2)) % 41) / 20 - 1);

const parameters = {
  at: amount("step", 12, 1, STEPS, 1),
  f: amount("f while waiting", 0.9, 0, 1, 0.01),
  i: amount("i while waiting", 0, 0, 1, 0.01),
  o: amount("o while waiting", 0, 0, 1, 0.01),
  value: amount("value x that is written", 0.9, -2, 2, 0.05),
  broken: choice("broken valve", "none", { none: "none", f: "f stuck at 0.9", i: "i stuck open", o: "o stuck open" }),
  flags: text("steps that write and read", start(), /^[.wrb]{40}$/),
};
type Now = State<typeof parameters>;

function start(): string {
  const flags = Array(STEPS).fill(".");
  [flags[2], flags[11], flags[35]] = ["w", "r", "r"];
  return flags.join("");
}

const writes = (flag: string) => flag === "w" || flag === "b";
const reads = (flag: string) => flag === "r" || flag === "b";
const STUCK: Record<string, number> = { f: 0.9, i: 1, o: 1 };

function compute({ f, i, o, value, broken, flags }: Now): Tracks {
  const moments = [...flags].map((flag, t) => ({
    f: writes(flag) ? 0 : f,
    i: writes(flag) ? 1 : i,
    o: reads(flag) ? 1 : o,
    x: writes(flag) ? value : NOISE[t],
    ...(broken in STUCK ? { [broken]: STUCK[broken] } : {}),
  }));
  return unit(moments);
}

/* The flags with one of the two turned over at the step of the cursor. */
function turned({ flags, at }: Now, which: "w" | "r"): string {
  const flag = flags[at - 1];
  const both = { w: writes(flag), r: reads(flag) };
  both[which] = !both[which];
  const next = both.w ? (both.r ? "b" : "w") : both.r ? "r" : ".";
  return flags.slice(0, at - 1) + next + flags.slice(at);
}

const LEFT = 30, WIDE = 9, TOP = 16;
const ROWS = { c_tilde: 40, i: 24, f: 24, c: 76, o: 24, h: 60 };
const GAP = 12;
const places = Object.entries(ROWS).reduce<Record<string, number>>(
  (found, [name, height]) => ({ ...found, [name]: found.end, end: found.end + height + GAP }), { end: TOP });
const left = (t: number) => LEFT + WIDE * t;
const right = left(STEPS);

function Gate({ name, values }: { name: keyof typeof ROWS; values: number[] }) {
  const { fill, ink } = LOOKS[name];
  const [top, height] = [places[name], ROWS[name]];
  const corners = values.map((g, t) => `${t ? "V" : "M" + LEFT + " "}${place(top + height * (1 - g))}H${left(t + 1)}`).join("");
  return (
    <g>
      <path d={`${corners}V${top + height}H${LEFT}Z`} fill={fill} fill-opacity="0.3" />
      <path d={corners} fill="none" stroke={ink} stroke-width="2" />
      <path d={`M${LEFT} ${top + height}H${right}`} class="moving-axis" />
    </g>
  );
}

/* Bars up and down; beyond 1 in size the scale gives way. */
function Bars({ name, values }: { name: keyof typeof ROWS; values: number[] }) {
  const half = ROWS[name] / 2;
  const zero = places[name] + half;
  const scale = half / Math.max(1, ...values.map(Math.abs));
  const ones = name === "c" ? [zero - scale, zero + scale] : [];
  return (
    <g>
      {ones.map((y) => <path key={y} d={`M${LEFT} ${place(y)}H${right}`} class="moving-axis" stroke-dasharray="1 4" />)}
      {values.map((v, t) => (
        <rect key={t} x={left(t) + 1} width={WIDE - 2} y={place(zero - Math.max(0, v) * scale)}
          height={place(Math.abs(v) * scale)} fill={signed(v)} />
      ))}
      <path d={`M${LEFT} ${zero}H${right}`} class="moving-axis" />
    </g>
  );
}

/* A triangle that points into the memory where it writes, and out of it where it reads. */
function Mark({ t, name, y }: { t: number; name: string; y: number }) {
  const x = left(t) + WIDE / 2;
  return <path d={`M${x - 5} ${y - 10}h10l-5 9z`} fill={LOOKS[name].fill} stroke={LOOKS[name].ink} />;
}

function Cursor({ at, set }: { at: number; set: (at: number) => void }) {
  const x = left(at - 1) + WIDE / 2;
  const y = places.end + 4;
  return (
    <Handle label="step" value={at} min={1} max={STEPS} step={1} words={`step ${at}`} jump
      at={(x) => (x - LEFT) / WIDE + 0.5} set={set}>
      <rect x={LEFT - 8} y={y - 16} width={right - LEFT + 16} height="32" fill="transparent" />
      <path d={`M${LEFT} ${y}H${right}`} class="moving-axis" />
      <path d={`M${x} ${TOP}V${y}`} stroke="currentColor" stroke-width={WIDE} stroke-opacity="0.13" />
      <circle cx={x} cy={y} r="8" class="moving-knob" />
    </Handle>
  );
}

function draw({ state, numbers, set }: View<typeof parameters, Tracks>) {
  const flags = [...state.flags];
  return (
    <Picture width={400} height={places.end + 42} label="Candidate, three gates, cell state and output over forty steps">
      {TRACKS.map((name) => (
        <g key={name}>
          <text x={LEFT - 10} y={places[name] + ROWS[name] / 2 + 5} text-anchor="end" font-style="italic"
            fill={LOOKS[name].ink}>{LOOKS[name].symbol}</text>
          {name in STUCK ? <Gate name={name} values={numbers[name]} /> : <Bars name={name} values={numbers[name]} />}
        </g>
      ))}
      {flags.map((flag, t) => writes(flag) && <Mark key={t} t={t} name="i" y={places.i} />)}
      {flags.map((flag, t) => reads(flag) && <Mark key={t} t={t} name="o" y={places.h} />)}
      <Cursor at={state.at} set={(at) => set({ at })} />
      {[1, 10, 20, 30, 40].map((t) => (
        <text key={t} x={left(t - 1) + WIDE / 2} y={places.end + 32} text-anchor="middle">{t}</text>
      ))}
    </Picture>
  );
}

function moment(numbers: Tracks, t: number): string {
  const digits = { i: 2, f: 2, c: 3, o: 2, h: 3 };
  const parts = Object.entries(digits) as [keyof typeof digits, number][];
  return parts.map(([name, count]) => `${LOOKS[name].symbol} = ${fixed(numbers[name][t], count)}`).join(", ");
}

/* From the last step that writes to the last that reads: is 0.7 held, unseen, and read? */
function judge({ c, h }: Tracks, { flags }: Now): true | string {
  const read = Math.max(flags.lastIndexOf("r"), flags.lastIndexOf("b"));
  const write = Math.max(-1, ...[...flags].map((flag, t) => (writes(flag) && t < read ? t : -1)));
  if (write < 0 || read - write <= HOLD)
    return `Write, let ${HOLD} steps go by without writing, and then read.`;
  if (Math.abs(c[write] - 0.7) > 0.05)
    return `What is stored is ${fixed(c[write], 3)}. The value goes through tanh on its way in, and f clears what was there.`;
  const off = c.findIndex((value, t) => t > write && t <= read && Math.abs(value - 0.7) > 0.05);
  if (off >= 0)
    return `At step ${off + 1} the memory holds ${fixed(c[off], 3)}. Which valve let something out, or in?`;
  const seen = h.findIndex((value, t) => t >= write && t < read && Math.abs(value) > 0.05);
  if (seen >= 0) return `At step ${seen + 1} it is seen: h = ${fixed(h[seen], 3)}.`;
  return true;
}

export default figure({
  name: "valves",
  title: "Three valves around a number, over forty steps",
  parameters,
  own: ["at"],
  actions: [
    {
      label: ({ flags, at }) => (writes(flags[at - 1]) ? `Do not write at step ${at}` : `Write at step ${at}`),
      change: (state) => ({ flags: turned(state, "w") }),
    },
    {
      label: ({ flags, at }) => (reads(flags[at - 1]) ? `Do not read at step ${at}` : `Read at step ${at}`),
      change: (state) => ({ flags: turned(state, "r") }),
    },
  ],
  compute,
  draw,
  say: (numbers, { at }) => `Step ${at}: ${moment(numbers, at - 1)}.`,
  table: (numbers, { flags }) => ({
    caption: "All signals at every step; w: written, r: read, b: both",
    head: ["step", "", ...TRACKS.map((name) => LOOKS[name].symbol)],
    rows: [...flags].map((flag, t) => [
      t + 1, flag === "." ? "" : flag, ...TRACKS.map((name) => fixed(numbers[name][t], 3)),
    ]),
  }),
  ask: {
    kind: "challenge",
    ask: `Store a number between 0.65 and 0.75, hold it for ${HOLD} steps or more so that h never shows it (less than 0.05), then read it.`,
    judge,
    well: "Written with i, kept with f, shown with o; and what is read is tanh of what is stored.",
  },
});
