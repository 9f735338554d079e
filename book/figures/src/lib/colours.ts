/* One colour and one dash per gate and state, those of lstm_ref.book.style, as classes of figures.css.
   A test compares both files. */

export interface Look {
  fill: string;
  ink: string; // for letters and thin lines
  dash?: string;
  symbol: string;
}

function look(letter: string, symbol: string, dash?: string): Look {
  return { fill: `var(--gate-${letter}, currentColor)`, ink: `var(--gate-${letter}-text, currentColor)`, dash, symbol };
}

export const LOOKS: Record<string, Look> = {
  f: look("f", "f"),
  i: look("i", "i", "6 3"),
  c_tilde: look("c", "c̃", "6 2 1 2"),
  o: look("o", "o", "1.5 2.5"),
  c: { fill: "currentColor", ink: "currentColor", symbol: "c" },
  h: { fill: "var(--figure-h, #666)", ink: "var(--figure-h, #666)", dash: "6 3", symbol: "h" },
  x: { fill: "var(--figure-x, #8a6d00)", ink: "var(--figure-x, #8a6d00)", dash: "1.5 2.5", symbol: "x" },
};

/* Negative and positive, told apart by the colour-blind; zero has the colour of the ground. */
export const BELOW = "var(--figure-below, #8a6a00)";
export const ABOVE = "var(--figure-above, #332288)";

export function signed(value: number): string {
  return value < 0 ? BELOW : ABOVE;
}

/* An area whose depth says how large a value is, 0 to 1 in size, and whose hue says its sign. */
export function shade(value: number): { fill: string; "fill-opacity": number } {
  const depth = Math.min(1, Math.abs(value));
  return { fill: signed(value), "fill-opacity": Math.round(depth * 85) / 100 };
}
