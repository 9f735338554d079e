/* The live cell as a picture: wires, layers, and what can be dragged. */
import type { ComponentChildren } from "preact";
import { fixed, Handle, LOOKS, Picture, signed } from "../lib";
import type { Given, Numbers } from "./numbers";
import { GATES, parameters, rowOf } from "./numbers";
import type { Gate, Weight } from "./numbers";
import type { Wire } from "./wires";
import { ADD, BELT, BUS, Drawn, EXIT, H_IN, HALF, LAYER, MIDDLE, R, RIGHT, STACK, TANH, X, X_IN } from "./wires";

interface Props { state: Given; numbers: Numbers; lit: string; set: (changes: Partial<Given>) => void }
type Movable = Weight | "x1" | "x2" | "h0" | "c0";
const HALF_TRACK = 26;

/* A short track with a knob, the number above it where there is one. */
function Track({ name, label, x, y, state, set, words, children }: {
  name: Movable; label: string; x: number; y: number; state: Given; words: string;
  set: Props["set"]; children?: ComponentChildren;
}) {
  const { min, max, step } = parameters[name];
  const value = state[name];
  const at = (value - (min + max) / 2) / (max - min) * 2 * HALF_TRACK;
  const invert = (px: number) => (min + max) / 2 + (px - x) / (2 * HALF_TRACK) * (max - min);
  return (
    <Handle label={label} value={value} min={min} max={max} step={step} words={words} at={invert} jump
      set={(next) => set({ [name]: next })}>
      <rect x={x - 30} y={y - 22} width="60" height="32" fill="transparent" />
      {children}
      <path d={`M${x - HALF_TRACK} ${y}h${2 * HALF_TRACK}m${-HALF_TRACK} -3v6`} class="moving-axis" />
      <circle cx={Number((x + at).toFixed(1))} cy={y} r="5" class="moving-knob" />
    </Handle>
  );
}

function Weights({ state, numbers, set, back }: Omit<Props, "lit"> & { back: boolean }) {
  const row = (k: number) => 384 + 34 * k;
  return (
    <g>
      {["h", "x", ""].map((from, k) => (
        <text key={k} x="6" y={row(k) - 6} font-style="italic">
          {back && "∂E/∂"}{from ? "W" : "b"}{from && <tspan dy="3" font-size="10">·{from}</tspan>}
        </text>
      ))}
      {GATES.flatMap((g) => rowOf(g).map((name, k) => {
        const gradient = numbers.gradients[name][0], value = state[name];
        const words = fixed(value) + (back ? `, gradient ${fixed(gradient, 3)}` : "");
        return (
          <Track key={name} name={name} label={name} x={X[g]} y={row(k)} state={state} set={set} words={words}>
            <text x={X[g]} y={row(k) - 9} text-anchor="middle" fill={back ? signed(gradient) : LOOKS[g].ink}>
              {back ? fixed(gradient, 3) : fixed(value)}
            </text>
          </Track>
        );
      }))}
    </g>
  );
}

function Layer({ gate, pale }: { gate: Gate; pale: boolean }) {
  const { fill, ink, symbol, dash } = LOOKS[gate], x = X[gate];
  return (
    <g opacity={pale ? 0.35 : 1}>
      <rect x={x - 24} y={LAYER - HALF} width="48" height={2 * HALF} rx="4" class="live-box" style={{ stroke: fill }}
        stroke-dasharray={dash} />
      <text x={x} y={LAYER - 5} text-anchor="middle" font-style="italic" font-weight="bold" fill={ink}>{symbol}</text>
      <text x={x} y={LAYER + 15} text-anchor="middle">{gate === "c_tilde" ? "tanh" : "σ"}</text>
    </g>
  );
}

function Operator({ x, y, sign }: { x: number; y: number; sign: string }) {
  return (
    <g>
      <circle cx={x} cy={y} r={R} class="live-box" style={{ stroke: "currentColor" }} />
      {sign === "+" ? <path d={`M${x - 6} ${y}h12M${x} ${y - 6}v12`} stroke="currentColor" stroke-width="2" />
        : <circle cx={x} cy={y} r="2.5" />}
    </g>
  );
}

function Name({ x, y, letter, index, anchor }: { x: number; y: number; letter: string; index: number; anchor?: "end" }) {
  return (
    <text x={x} y={y} text-anchor={anchor} font-style="italic">
      {letter}<tspan dy="3" font-size="10">{index}</tspan>
    </text>
  );
}

/* What does not change: the frame, the bracket, the line that hands h and x to all layers. */
function Ground({ t, back }: { t: number; back: boolean }) {
  return (
    <g>
      <rect x="72" y="24" width={EXIT + 14 - 72} height="312" rx="8" class="live-frame" />
      <path d={`M${STACK + 8} ${BUS}H${X.o}`} stroke="currentColor" stroke-width="1.5" fill="none" />
      <rect x={STACK - 8} y={H_IN - 14} width="16" height={X_IN - H_IN + 28} rx="3" class="live-box" style={{ stroke: "currentColor" }} />
      {(["f", "i", "c_tilde"] as const).map((g) => <circle key={g} cx={X[g]} cy={BUS} r="3" />)}
      <Name x={4} y={BELT - 24} letter="c" index={t - 1} />
      <Name x={4} y={H_IN - 24} letter="h" index={t - 1} />
      <Name x={4} y={X_IN - 24} letter="x" index={t} />
      <Name x={RIGHT - 4} y={BELT + 18} letter="c" index={t} anchor="end" />
      <Name x={RIGHT - 4} y={BUS + 18} letter="h" index={t} anchor="end" />
      <Name x={EXIT - 8} y={18} letter={back ? "e" : "h"} index={t} anchor="end" />
    </g>
  );
}

export function Cell({ state, numbers, wires, lit, set }: Props & { wires: Wire[] }) {
  const t = Number(state.step), back = state.pass === "backward";
  const given: [Movable, number][] = t === 1 ? [["c0", BELT + 22], ["h0", H_IN + 18], ["x1", X_IN + 18]] : [["x2", X_IN + 18]];
  const label = back
    ? `The errors of step ${t} on the wires of the cell`
    : `The cell at step ${t} with the numbers on its wires`;
  return (
    <Picture width={432} height={466} label={label}>
      <Ground t={t} back={back} />
      {wires.map((wire) => <Drawn key={wire.name} wire={wire} back={back} lit={lit} />)}
      {GATES.map((g) => <Layer key={g} gate={g} pale={lit !== "none" && !(lit === g || (back && lit === "h"))} />)}
      <Operator x={X.f} y={BELT} sign="·" />
      <Operator x={ADD} y={BELT} sign="+" />
      <Operator x={ADD} y={MIDDLE} sign="·" />
      <Operator x={X.o} y={MIDDLE} sign="·" />
      <rect x={X.o - 22} y={TANH - 12} width="44" height="24" rx="12" class="live-box" style={{ stroke: "currentColor" }} />
      <text x={X.o} y={TANH + 5} text-anchor="middle">tanh</text>
      {given.map(([name, y]) => (
        <Track key={name} name={name} label={parameters[name].label} x={34} y={y} state={state} set={set}
          words={fixed(state[name])} />
      ))}
      <Weights state={state} numbers={numbers} set={set} back={back} />
    </Picture>
  );
}
