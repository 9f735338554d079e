/* The cells as one drawing, whose parts are kept, struck out or put in, and what each of them puts out. */
import type { ComponentChildren } from "preact";
import { fixed, Handle, line, LOOKS, Picture, scaleLinear } from "../lib";
import { symbolOf } from "../formula/letters";
import type { Given, Name, Numbers } from "./numbers";
import { MARKED, NAMES, T } from "./numbers";

interface Props { state: Given; numbers: Numbers; set: (changes: Partial<Given>) => void }
type Fate = "kept" | "gone" | "new" | "none";

/* What becomes of each part, cell by cell. */
const FATES: Record<string, Record<Name, Fate>> = {
  f: { LSTM: "kept", CIFG: "gone", GRU: "none" },
  coupled: { LSTM: "none", CIFG: "new", GRU: "none" },
  kept: { LSTM: "none", CIFG: "none", GRU: "kept" },
  o: { LSTM: "kept", CIFG: "kept", GRU: "gone" },
  r: { LSTM: "none", CIFG: "none", GRU: "new" },
  all: { LSTM: "kept", CIFG: "kept", GRU: "kept" },
};

function Part({ part, cell, children }: { part: string; cell: Name; children: ComponentChildren }) {
  const fate = FATES[part][cell];
  return fate === "none" ? null : <g class={`variants-${fate}`}>{children}</g>;
}

function Way({ d, to }: { d: string; to?: [number, number, "up" | "right" | "left"] }) {
  const heads = { up: "l-4 8h8Z", right: "l-8 -4v8Z", left: "l8 -4v8Z" };
  return (
    <>
      <path d={d} class="variants-way" />
      {to && <path d={`M${to[0]} ${to[1]}${heads[to[2]]}`} fill="currentColor" />}
    </>
  );
}

function Layer({ x, y, name, value }: { x: number; y: number; name: string; value?: number }) {
  const look = LOOKS[{ z: "i", h_tilde: "c_tilde" }[name] ?? name] ?? LOOKS.x;
  return (
    <g>
      <rect x={x - 20} y={y - 17} width="40" height="34" rx="4" class="live-box" style={{ stroke: look.fill }} />
      <text x={x} y={y + 5} text-anchor="middle" font-style="italic" font-weight="bold" fill={look.ink}>{symbolOf(name)}</text>
      {value !== undefined && <text x={x + 4} y={y - 23} class="live-number">{fixed(value, 3)}</text>}
    </g>
  );
}

function Dot({ x, y, sign }: { x: number; y: number; sign?: "+" }) {
  return (
    <g>
      <circle cx={x} cy={y} r="10" class="live-box" style={{ stroke: "currentColor" }} />
      {sign ? <path d={`M${x - 6} ${y}h12M${x} ${y - 6}v12`} stroke="currentColor" stroke-width="2" />
        : <circle cx={x} cy={y} r="2.5" />}
    </g>
  );
}

function Word({ x, y, letter, below, anchor }: { x: number; y: number; letter: string; below: string; anchor?: "end" }) {
  return <text x={x} y={y} text-anchor={anchor} font-style="italic">{letter}<tspan dy="3" font-size="10">{below}</tspan></text>;
}

function Cell({ cell, numbers, t }: { cell: Name; numbers: Numbers; t: number }) {
  const { signals: s } = numbers.runs[cell], gru = cell === "GRU";
  const state = gru ? "h" : "c", keep = gru ? "z" : "i", candidate = gru ? "h_tilde" : "c_tilde";
  return (
    <g>
      <Part part="all" cell={cell}>
        <Way d="M4 50H100" to={[100, 50, "right"]} /><Way d="M120 50H218" to={[218, 50, "right"]} /><Way d="M238 50H426" to={[428, 50, "right"]} />
        <Way d="M4 246H372" />
        <Way d="M170 246V196" to={[170, 194, "up"]} /><Way d="M170 160V110H218" to={[218, 110, "right"]} />
        <Way d="M286 246V196" to={[286, 194, "up"]} /><Way d="M286 160V110H238" to={[238, 110, "left"]} />
        <Way d="M228 100V62" to={[228, 60, "up"]} />
        <Dot x={110} y={50} /><Dot x={228} y={50} sign="+" /><Dot x={228} y={110} />
        <Layer x={170} y={177} name={keep} value={s[keep][t]} /><Layer x={286} y={177} name={candidate} value={s[candidate][t]} />
        {gru && <text x="176" y="105" class="variants-new-text">1−</text>}
        <Word x={4} y={24} letter={state} below="t−1" /><text x="4" y="42">{fixed(s[state][t - 1], 3)}</text>
        <Word x={428} y={24} letter={state} below="t" anchor="end" /><text x="428" y="42" text-anchor="end">{fixed(s[state][t], 3)}</text>
        <Word x={4} y={236} letter="h" below="t−1" /><text x="34" y="264" font-style="italic">x<tspan dy="3" font-size="10">t</tspan></text>
      </Part>
      <Part part="f" cell={cell}>
        <Way d="M80 246V196" to={[80, 194, "up"]} /><Way d="M80 160V90H110V62" to={[110, 60, "up"]} />
        <Layer x={80} y={177} name="f" value={cell === "LSTM" ? s.f[t] : undefined} />
      </Part>
      <Part part="coupled" cell={cell}><Way d="M170 130H110V62" to={[110, 60, "up"]} /><text x="124" y="125">1−{symbolOf("i")}</text></Part>
      <Part part="kept" cell={cell}><Way d="M170 130H110V62" to={[110, 60, "up"]} /></Part>
      <Part part="o" cell={cell}>
        <Way d="M372 246V196" to={[372, 194, "up"]} /><Way d="M372 160V142" to={[372, 140, "up"]} />
        <Way d="M372 50V72M372 96V120" /><Dot x={372} y={130} /><Way d="M382 130H426" to={[428, 130, "right"]} />
        <rect x="350" y="72" width="44" height="24" rx="12" class="live-box" style={{ stroke: "currentColor" }} />
        <text x="372" y="89" text-anchor="middle">tanh</text>
        <Layer x={372} y={177} name="o" value={gru ? undefined : s.o[t]} />
        {!gru && <><Word x={428} y={104} letter="h" below="t" anchor="end" /><text x="428" y="122" text-anchor="end">{fixed(s.h[t], 3)}</text></>}
      </Part>
      <Part part="r" cell={cell}>
        <Way d="M326 246V238" /><Way d="M306 221H296" to={[296, 221, "left"]} /><Dot x={286} y={221} />
        <rect x="306" y="208" width="40" height="28" rx="4" class="live-box" style={{ stroke: LOOKS.x.fill }} />
        <text x="326" y="227" text-anchor="middle" font-style="italic" font-weight="bold">r</text>
        <text x="350" y="227" class="live-number">{gru ? fixed(s.r[t], 3) : ""}</text>
      </Part>
    </g>
  );
}

const X = scaleLinear([0, T], [40, 416]), Y = scaleLinear([-1, 1], [412, 302]);
const DASH: Record<Name, string | undefined> = { LSTM: undefined, CIFG: "7 4", GRU: "2 3" };

/* h of all three; a triangle where the input says "write". */
function Outputs({ state, numbers, set }: Props) {
  const way = line((p) => X(p[0]), (p) => Number(Y(p[1]).toFixed(2)));
  return (
    <g>
      {NAMES.map((name, k) => (
        <g key={name}>
          <path d={`M${120 + 100 * k} 286h26`} fill="none" stroke="currentColor" stroke-width={state.cell === name ? 3 : 1} stroke-dasharray={DASH[name]} />
          <text x={151 + 100 * k} y="290" font-weight={state.cell === name ? "bold" : undefined}>{name}</text>
          <path d={way(Array.from(numbers.runs[name].signals.h, (h, t): [number, number] => [t, h]))!} fill="none"
            class={state.cell === name ? "moving-first" : undefined} stroke="currentColor"
            stroke-width={state.cell === name ? 3 : 1.2} stroke-dasharray={DASH[name]} />
        </g>
      ))}
      <path d={`M${X(0)} ${Y(0)}H${X(T)}M${X(0)} ${Y(-1)}V${Y(1)}`} class="moving-axis" />
      {[-1, 0, 1].map((v) => <text key={v} x={X(0) - 6} y={Y(v) + 4} text-anchor="end">{fixed(v, 0)}</text>)}
      {MARKED.map((t) => <path key={t} d={`M${X(t)} ${Y(-1) + 2}l-5 9h10Z`} fill="currentColor" />)}
      <Handle label="step t" value={state.t} min={1} max={T} step={1} words={String(state.t)} jump
        at={(x) => X.invert(x)} set={(t) => set({ t })}>
        <rect x={X(0)} y={Y(-1) + 12} width={X(T) - X(0) + 14} height="32" fill="transparent" />
        <path d={`M${X(1)} ${Y(-1) + 28}H${X(T)}`} class="moving-axis" />
        <path d={`M${X(state.t)} ${Y(1)}V${Y(-1) + 22}`} class="moving-axis" stroke-dasharray="3 3" />
        <circle cx={X(state.t)} cy={Y(-1) + 28} r="7" class="moving-knob" />
      </Handle>
      <Word x={X(0) - 12} y={Y(-1) + 32} letter="t" below="" />
    </g>
  );
}

export function Morph(props: Props) {
  const { cell, t } = props.state;
  return (
    <Picture width={434} height={460} label={`The ${cell} at step ${t}, and the outputs of all three cells`}>
      <Cell cell={cell as Name} numbers={props.numbers} t={t} />
      <Outputs {...props} />
    </Picture>
  );
}
