/* Formulas of the derivation in a picture: as letters, or with a number for each letter. */
import { fixed, LOOKS } from "../lib";

type Run = { text: string; below?: boolean; ink?: string; upright?: boolean };

const SYMBOLS: Record<string, string> = { c_tilde: "c̃", h_tilde: "h̃", e: "e", x: "x" };

export function symbolOf(name: string): string {
  return SYMBOLS[name] ?? name;
}

function time(lag: number, t: number | null): string {
  if (t !== null) return String(t - lag);
  return lag === 0 ? "t" : lag > 0 ? `t−${lag}` : `t+${-lag}`;
}

/* A letter with its index; t: the step, null where it stays a letter. */
function letter([kind, name, lag]: Exclude<Token, string>, t: number | null): Run[] {
  const when = time(lag, t);
  if (kind === "errors") return [{ text: "δ" }, { text: `${symbolOf(name)},${when}`, below: true }];
  if (kind === "signals") {
    const gate = ["f", "i", "c_tilde", "o"].includes(name);
    return [{ text: symbolOf(name), ink: gate ? LOOKS[name].ink : undefined }, { text: when, below: true }];
  }
  const [head, ...rest] = name.split("_");
  return [{ text: head }, { text: rest.join("_"), below: true }];
}

function Runs({ runs }: { runs: Run[] }) {
  let low = false;
  return runs.map(({ text, below = false, ink, upright }, k) => {
    const dy = below === low ? undefined : below ? 3 : -3;
    low = below;
    return (
      <tspan key={k} dy={dy} fill={ink} font-size={below ? "0.78em" : undefined} font-style={upright || below ? undefined : "italic"}>{text}</tspan>
    );
  });
}

export function Letters({ tokens, t = null }: { tokens: Token[]; t?: number | null }) {
  const runs = tokens.flatMap((token) => typeof token === "string" ? [{ text: token, upright: true }] : letter(token, t));
  return <Runs runs={runs} />;
}

export function errorLetter(name: string, lag = 0): Token {
  return ["errors", name, lag];
}

/* The same with numbers; a product has a dot, and what is negative is in brackets but in front. */
export function inNumbers(tokens: Token[], read: (token: Exclude<Token, string>) => number): string {
  return tokens.map((token, k) => {
    if (typeof token === "string") return token.replace("ᵀ ", " · ").replaceAll("⊙", "·");
    const value = read(token);
    const text = fixed(value, 3);
    return value < 0 && text !== "0.000" && k > 0 ? `(${text})` : text;
  }).join("");
}
