/* The wires of the live cell: where each runs, and what runs on it in both passes. */
import { fixed, signed } from "../lib";
import type { Numbers } from "./numbers";
import { GATES } from "./numbers";
import type { Gate } from "./numbers";

export const X: Record<Gate, number> = { f: 120, i: 182, c_tilde: 244, o: 306 };
export const BELT = 64, TANH = 98, MIDDLE = 150, LAYER = 206, BUS = 280, ADD = 213, EXIT = 366;
export const H_IN = 250, X_IN = 312, STACK = 86, RIGHT = 428, HALF = 22, R = 11;

type Point = [number, number];
export interface Wire {
  name: string;
  way: Point[]; // in the direction of the forward pass
  forward: number;
  backward: number;
  lines: string; // the equations that it belongs to, in both passes
  at: Point; // where its number stands
  anchor?: "start" | "middle" | "end";
  arrow?: boolean;
}

/* Each wire with the number on it: a signal forward, an error backward. */
export function wires(t: number, { signals: s, nets, totals, errors, parts, tanhC, e }: Numbers): Wire[] {
  const fromNext = GATES.reduce((sum, g) => sum + parts[`h from ${g}`][t], 0);
  const toLast = GATES.reduce((sum, g) => sum + parts[`h from ${g}`][t - 1], 0);
  const written = s.i[t] * s.c_tilde[t];
  const belt: Wire[] = [
    { name: "c in", way: [[4, BELT], [X.f - R, BELT]], forward: s.c[t - 1], backward: parts["c from c"][t - 1], lines: "c f", at: [64, BELT - 8], anchor: "end" },
    { name: "kept", way: [[X.f + R, BELT], [ADD - R, BELT]], forward: s.f[t] * s.c[t - 1], backward: totals.c[t], lines: "c f", at: [167, BELT - 8], anchor: "middle" },
    { name: "c", way: [[ADD + R, BELT], [X.o, BELT]], forward: s.c[t], backward: totals.c[t], lines: "c h i f c_tilde", at: [262, BELT - 8], anchor: "middle", arrow: false },
    { name: "c out", way: [[X.o, BELT], [RIGHT, BELT]], forward: s.c[t], backward: parts["c from c"][t], lines: "c", at: [RIGHT - 4, BELT - 8], anchor: "end" },
    { name: "written", way: [[ADD, MIDDLE - R], [ADD, BELT + R]], forward: written, backward: totals.c[t], lines: "c i c_tilde", at: [ADD + 6, 112] },
  ];
  const output: Wire[] = [
    { name: "c up", way: [[X.o, BELT], [X.o, TANH - 12]], forward: s.c[t], backward: parts["c from h"][t], lines: "h c", at: [X.o + 6, 82] },
    { name: "tanh", way: [[X.o, TANH + 12], [X.o, MIDDLE - R]], forward: tanhC[t], backward: totals.h[t] * s.o[t], lines: "h c", at: [X.o + 6, 129] },
    { name: "h", way: [[X.o + R, MIDDLE], [EXIT, MIDDLE]], forward: s.h[t], backward: totals.h[t], lines: "h o c", at: [EXIT + 6, MIDDLE + 4], arrow: false },
    { name: "h out", way: [[EXIT, MIDDLE], [EXIT, BUS], [RIGHT, BUS]], forward: s.h[t], backward: fromNext, lines: "h", at: [RIGHT - 4, BUS - 8], anchor: "end" },
    { name: "h up", way: [[EXIT, MIDDLE], [EXIT, 14]], forward: s.h[t], backward: e[t], lines: "h", at: [EXIT + 6, 34] },
  ];
  const ends: Record<Gate, Point[]> = {
    f: [[X.f, LAYER - HALF], [X.f, BELT + R]],
    i: [[X.i, LAYER - HALF], [X.i, MIDDLE], [ADD - R, MIDDLE]],
    c_tilde: [[X.c_tilde, LAYER - HALF], [X.c_tilde, MIDDLE], [ADD + R, MIDDLE]],
    o: [[X.o, LAYER - HALF], [X.o, MIDDLE + R]],
  };
  const layers = GATES.flatMap((g): Wire[] => [
    { name: `net ${g}`, way: [[X[g], BUS], [X[g], LAYER + HALF]], forward: nets[g][t], backward: errors[g][t], lines: g, at: [X[g] + 5, 254] },
    { name: g, way: ends[g], forward: s[g][t], backward: totals[g][t], lines: g === "o" ? "o h" : `${g} c`, at: [X[g] + 5, 176] },
  ]);
  const inputs: Wire[] = [
    { name: "h in", way: [[4, H_IN], [STACK - 8, H_IN]], forward: s.h[t - 1], backward: toLast, lines: "f i c_tilde o", at: [64, H_IN - 8], anchor: "end" },
    { name: "x in", way: [[4, X_IN], [STACK - 8, X_IN]], forward: s.x[t], backward: totals.x[t], lines: "f i c_tilde o", at: [64, X_IN - 8], anchor: "end" },
  ];
  return [...inputs, ...layers, ...belt, ...output];
}

/* A head at the end of a way. */
function head(way: Point[]): string {
  const [[ax, ay], [bx, by]] = way.slice(-2);
  const length = Math.hypot(bx - ax, by - ay);
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const side = (s: number) => `${bx - 8 * ux - s * uy} ${by - 8 * uy + s * ux}`;
  return `M${side(5)}L${bx} ${by}L${side(-5)}Z`;
}

/* Width is size, hue is sign; a wire that carries nothing is dashed. */
export function Drawn({ wire, back, lit }: { wire: Wire; back: boolean; lit: string }) {
  const value = back ? wire.backward : wire.forward;
  const way = back ? [...wire.way].reverse() : wire.way;
  const pale = lit !== "none" && !wire.lines.split(" ").includes(lit);
  const nothing = Math.abs(value) < 5e-4;
  const colour = nothing ? "currentColor" : signed(value);
  const width = nothing ? 1 : 1.2 + 4.8 * Math.min(1, Math.abs(value));
  const d = `M${way.map((p) => p.join(" ")).join("L")}`;
  const anchor = wire.anchor ?? "start";
  return (
    <g opacity={pale ? 0.25 : 1} data-wire={wire.name}>
      <path d={d} fill="none" stroke={colour} stroke-width={Number(width.toFixed(2))}
        stroke-dasharray={nothing ? "2 3" : undefined} />
      {(wire.arrow !== false || back) && <path d={head(way)} fill={colour} />}
      <text x={wire.at[0]} y={wire.at[1]} text-anchor={anchor} fill={colour} class="live-number">{fixed(value, 3)}</text>
    </g>
  );
}
