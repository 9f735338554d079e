/* Words from top to bottom; what both units keep, and what the reader lets out of them. */
import { Field } from "../fields/field";
import { LOOKS, Picture, Press } from "../lib";
import type { Given, Numbers } from "./cell";
import { isOpen, LONGEST, OPENS, WORDS } from "./cell";

interface Props { state: Given; numbers: Numbers; set: (changes: Partial<Given>) => void }

const LEFT = 80, WIDE = 44, HIGH = 32, TOP = 50;
const COLUMNS = ["f", "i", "c", "o", "h", "c", "o", "h"];
const column = (k: number) => LEFT + WIDE * k + (k > 1 ? 6 : 0) + (k > 4 ? 6 : 0);

/* The field of column k. */
function At({ k, y, name, value }: { k: number; y: number; name: string; value: number }) {
  return <Field name={name} value={value} x={column(k)} y={y} width={WIDE - 3} height={HIGH - 3} />;
}

/* To open o at a word is to change a weight of that word, so it opens wherever the word stands. */
function opened(state: Given, unit: number, word: string): Partial<Given> {
  const name = OPENS[unit], places = Array.from(state[name]), k = WORDS.indexOf(word);
  places[k] = places[k] === "1" ? "0" : "1";
  return { [name]: places.join("") };
}

function Row({ t, state, numbers, set }: Props & { t: number }) {
  const y = TOP + HIGH * t, word = numbers.words[t], { f, i } = numbers.gates[t];
  return (
    <g>
      <text x="4" y={y + 19}>{word}</text>
      <At name="f" value={f} k={0} y={y} />
      <At name="i" value={i} k={1} y={y} />
      {numbers.units[t].map(({ c, o, h }, unit) => (
        <g key={unit}>
          <At name="c" value={c} k={2 + 3 * unit} y={y} />
          <Press label={`o of the ${OPENS[unit]} at ${word}, word ${t + 1}`} pressed={isOpen(state, unit, word)}
            onPress={() => set(opened(state, unit, word))}>
            <At name="o" value={o} k={3 + 3 * unit} y={y} />
            <rect x={column(3 + 3 * unit)} y={y} width={WIDE - 3} height={HIGH - 3} fill="transparent" stroke={LOOKS.o.fill} />
          </Press>
          <At name="h" value={h} k={4 + 3 * unit} y={y} />
        </g>
      ))}
    </g>
  );
}

export function Story(props: Props) {
  return (
    <Picture width={450} height={TOP + HIGH * LONGEST + 4} label="Gates, states and outputs of both units at every word">
      <text x={column(3) + WIDE / 2} y="16" text-anchor="middle">♂ +1  ♀ −1</text>
      <text x={column(6) + WIDE / 2} y="16" text-anchor="middle">1: +1  2…: −1</text>
      {COLUMNS.map((name, k) => (
        <text key={k} x={column(k) + WIDE / 2 - 1} y={TOP - 10} text-anchor="middle" font-style="italic" font-weight="bold"
          fill={LOOKS[name].ink}>{name}</text>
      ))}
      {props.numbers.words.map((_, t) => <Row key={t} t={t} {...props} />)}
    </Picture>
  );
}
