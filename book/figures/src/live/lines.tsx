/* The equations of the live cell with their numbers: a product of factors each, added up. */
import type { Given, Numbers } from "./numbers";
import { GATES, rowOf } from "./numbers";
import type { Gate, Weight } from "./numbers";
import { fixed } from "../lib";

type Factor = [symbol: string, value: number];
export interface Line {
  key: string; // f, i, c_tilde, c, o, h: what is on its left
  symbol: string;
  activation?: string;
  summands: Factor[][];
  value: number;
}


function layer(gate: Gate, t: number, state: Given, { signals }: Numbers): Line {
  const [wh, wx, b] = rowOf(gate);
  const value = (name: Weight) => state[name];
  return {
    key: gate,
    symbol: `${gate === "c_tilde" ? "c̃" : gate}_${t}`,
    activation: gate === "c_tilde" ? "tanh" : "σ",
    summands: [
      [[wh, value(wh)], [`h_${t - 1}`, signals.h[t - 1]]],
      [[wx, value(wx)], [`x_${t}`, signals.x[t]]],
      [[b, value(b)]],
    ],
    value: signals[gate][t],
  };
}

export function forwardLines(t: number, state: Given, numbers: Numbers): Line[] {
  const { signals: s, tanhC } = numbers;
  const [f, i, candidate, o] = GATES.map((gate) => layer(gate, t, state, numbers));
  const c = {
    key: "c", symbol: `c_${t}`, value: s.c[t],
    summands: [
      [[`f_${t}`, s.f[t]], [`c_${t - 1}`, s.c[t - 1]]],
      [[`i_${t}`, s.i[t]], [`c̃_${t}`, s.c_tilde[t]]],
    ] as Factor[][],
  };
  const h = {
    key: "h", symbol: `h_${t}`, value: s.h[t],
    summands: [[[`o_${t}`, s.o[t]], [`tanh c_${t}`, tanhC[t]]]] as Factor[][],
  };
  return [f, i, candidate, c, o, h];
}

/* The error terms, in the order in which they are computed. */
export function backwardLines(t: number, state: Given, numbers: Numbers): Line[] {
  const { signals: s, totals, errors, tanhC, e } = numbers;
  const later = t + 1 < s.h.length;
  const dh: Factor = [`δ_h,${t}`, totals.h[t]], dc: Factor = [`δ_c,${t}`, totals.c[t]];
  const slope = (symbol: string, v: number): Factor[] => [[`${symbol}_${t}`, v], [`(1−${symbol}_${t})`, 1 - v]];
  const fromH: Factor[][] = later
    ? GATES.map((g) => [[rowOf(g)[0], state[rowOf(g)[0]]], [`δ_${g === "c_tilde" ? "c̃" : g},${t + 1}`, errors[g][t + 1]]])
    : [];
  const fromC: Factor[][] = later ? [[[`δ_c,${t + 1}`, totals.c[t + 1]], [`f_${t + 1}`, s.f[t + 1]]]] : [];
  const line = (key: string, symbol: string, value: number, ...summands: Factor[][]): Line =>
    ({ key, symbol: `δ_${symbol},${t}`, summands, value });
  return [
    line("h", "h", totals.h[t], [[`e_${t}`, e[t]]], ...fromH),
    line("o", "o", errors.o[t], [dh, [`tanh c_${t}`, tanhC[t]], ...slope("o", s.o[t])]),
    line("c", "c", totals.c[t], [dh, [`o_${t}`, s.o[t]], [`(1−tanh²c_${t})`, 1 - tanhC[t] ** 2]], ...fromC),
    line("c_tilde", "c̃", errors.c_tilde[t], [dc, [`i_${t}`, s.i[t]], [`(1−c̃²_${t})`, 1 - s.c_tilde[t] ** 2]]),
    line("i", "i", errors.i[t], [dc, [`c̃_${t}`, s.c_tilde[t]], ...slope("i", s.i[t])]),
    line("f", "f", errors.f[t], [dc, [`c_${t - 1}`, s.c[t - 1]], ...slope("f", s.f[t])]),
  ];
}

export type Full = Numbers & { lines: Line[] };

/* All equations of both steps and both passes. */
export function withLines(state: Given, numbers: Numbers): Full {
  const lines = [1, 2].flatMap((t) => [...forwardLines(t, state, numbers), ...backwardLines(t, state, numbers)]);
  return { ...numbers, lines };
}

/* "W_fh" with its index below, (1−o_2) as well. */
export function Symbol({ text }: { text: string }) {
  const parts = text.split(/_([^)\s]+)/);
  return <>{parts.map((part, k) => (k % 2 ? <sub key={k}>{part}</sub> : part))}</>;
}

function joined<V>(parts: V[], between: string) {
  return parts.flatMap((part, k) => (k ? [between, part] : [part]));
}

function bracketed(value: number, first: boolean): string {
  const text = fixed(value, 3);
  return value < 0 && !first ? `(${text})` : text;
}

function numbersOf({ summands, activation }: Line): string {
  const sum = summands.map((factors, n) => factors.map(([, v], k) => bracketed(v, n + k === 0)).join("·")).join(" + ");
  return activation ? `${activation}(${sum})` : sum;
}

/* Pointing at an equation, or moving the focus to it, lights its path; pressing keeps it lit. */
export function Lines({ lines, pinned, point, pin }: {
  lines: Line[]; pinned: string; point: (key: string | null) => void; pin: (key: string) => void;
}) {
  return (
    <div class="live-lines">
      {lines.map((one) => (
        <button type="button" key={one.key} aria-pressed={pinned === one.key}
          onMouseEnter={() => point(one.key)} onMouseLeave={() => point(null)}
          onFocus={() => point(one.key)} onBlur={() => point(null)}
          onClick={() => pin(pinned === one.key ? "none" : one.key)}>
          <span class="live-formula">
            <Symbol text={one.symbol} /> = {one.activation && `${one.activation}(`}
            {joined(one.summands.map((factors) => (
              <>{joined(factors.map(([symbol]) => <Symbol text={symbol} />), "\u2009")}</>
            )), " + ")}
            {one.activation && ")"}
          </span>
          <span class="live-values"> = {numbersOf(one)} = <b>{fixed(one.value, 3)}</b></span>
        </button>
      ))}
    </div>
  );
}
