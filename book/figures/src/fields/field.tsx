/* A number in a field whose depth is its size; that of a gate has the gate's colour, else the hue is the sign. */
import { fixed, LOOKS, shade } from "../lib";

const GATES = ["f", "i", "o"];

export function Field({ name, value, x, y, width, height }: {
  name: string; value: number; x: number; y: number; width: number; height: number;
}) {
  const { fill, "fill-opacity": depth } = shade(value);
  return (
    <g>
      <rect x={x} y={y} width={width} height={height} fill={GATES.includes(name) ? LOOKS[name].fill : fill}
        fill-opacity={Number((depth * 0.6).toFixed(3))} />
      <text x={x + width / 2} y={y + height / 2 + 5} text-anchor="middle">{fixed(value)}</text>
    </g>
  );
}
