/* Numbers as they are shown: the same text in the picture, in the line below and in the table. */

const MINUS = "\u2212";

/* With so many digits behind the point. */
export function fixed(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : `${MINUS}∞`;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", MINUS);
}

const UP: Record<string, string> = {
  "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
  "8": "⁸", "9": "⁹",
};

/* With so many significant digits, as a power of ten where the number is very small or large. */
export function short(value: number, digits = 3): string {
  if (!Number.isFinite(value) || value === 0) return fixed(value, 0);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) {
    const text = Number(value.toPrecision(digits)).toString();
    return text.replace("-", MINUS);
  }
  const [head, power] = value.toExponential(digits - 1).split("e");
  const raised = [...String(Number(power))].map((letter) => UP[letter]).join("");
  return `${head.replace("-", MINUS)}·10${raised}`;
}

/* A coordinate: two digits are finer than a pixel, and the same on every processor. */
export function place(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
