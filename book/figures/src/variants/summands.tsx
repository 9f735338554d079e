/* The error terms of a cell, against those of the cell before it: struck out, kept, put in. */
import { fixed } from "../lib";
import { symbolOf } from "../formula/letters";
import LSTM from "../../cells/LSTM.formulas.mjs";
import CIFG from "../../cells/COUPLED.formulas.mjs";
import GRU from "../../cells/GRU_BEFORE.formulas.mjs";
import type { Name, Run } from "./numbers";

const ORDER = ["h", "o", "c", "c_tilde", "i", "f", "r"];
/* What stands in the GRU where CIFG has this signal. */
const HEIR: Record<string, string> = { z: "i", h_tilde: "c_tilde" };
const BEFORE: Record<Name, FormulaLine[]> = { LSTM: LSTM.errors, CIFG: LSTM.errors, GRU: CIFG.errors };
const NOW: Record<Name, FormulaLine[]> = { LSTM: LSTM.errors, CIFG: CIFG.errors, GRU: GRU.errors };

export interface Piece { name: string; tokens: Token[]; fate: "kept" | "gone" | "new" }
export interface Row { of: string; pieces: Piece[]; gone: boolean }

function same(one: Token[], other: Token[]): boolean {
  const plain = (tokens: Token[]) =>
    JSON.stringify(tokens.map((token) => typeof token === "string" || token[0] === "params" ? "" : [token[0], HEIR[token[1]] ?? token[1], token[2]]))
    + tokens.filter((token) => typeof token === "string").join();
  return plain(one) === plain(other);
}

/* Rows by the signal, those of the cell before first; a summand is kept if it is the same, letter by letter. */
export function rowsOf(cell: Name): Row[] {
  const now = NOW[cell], before = BEFORE[cell];
  return ORDER.flatMap((key): Row[] => {
    const line = now.find(({ of }) => (HEIR[of] ?? of) === key), old = before.find(({ of }) => of === key);
    const current = line?.summands ?? [], last = old?.summands ?? [];
    if (!line && !old) return [];
    const pieces: Piece[] = [
      ...last.filter(({ tokens }) => !current.some((one) => same(one.tokens, tokens)))
        .map(({ name, tokens }): Piece => ({ name, tokens, fate: "gone" })),
      ...current.map(({ name, tokens }): Piece =>
        ({ name, tokens, fate: last.some((one) => same(one.tokens, tokens)) ? "kept" : "new" })),
    ];
    const rank = { kept: 0, gone: 1, new: 2 };
    return [{ of: line?.of ?? key, pieces: pieces.sort((a, b) => rank[a.fate] - rank[b.fate]), gone: !line }];
  });
}

function Letter({ token }: { token: Token }) {
  if (typeof token === "string") return <>{token.replaceAll(" ⊙ ", "\u2009⊙\u2009")}</>;
  const [kind, name, lag] = token;
  const time = lag === 0 ? "t" : lag > 0 ? `t−${lag}` : `t+${-lag}`;
  if (kind === "errors") return <i>δ<sub>{symbolOf(name)},{time}</sub></i>;
  if (kind === "signals") return <i>{symbolOf(name)}<sub>{time}</sub></i>;
  return <i>{name[0]}<sub>{name.slice(2)}</sub></i>;
}

const TAG = { kept: "span", gone: "del", new: "ins" } as const;

export function Summands({ rows, run, t }: { rows: Row[]; run: Run; t: number }) {
  return (
    <ul class="variants-terms">
      {rows.map(({ of, pieces, gone }) => {
        const left = <i>δ<sub>{symbolOf(of)},t</sub></i>;
        return (
          <li key={of}>
            {gone ? <del>{left}</del> : left} ={" "}
            {pieces.map(({ name, tokens, fate }, k) => {
              const Tag = TAG[fate];
              return <span key={`${fate} ${name}`}>{k > 0 && " + "}<Tag>{tokens.map((token, j) => <Letter key={j} token={token} />)}</Tag></span>;
            })}
            {!gone && <b> = {fixed(run.errors[of][t], 3)}</b>}
          </li>
        );
      })}
    </ul>
  );
}
