/* Chapter 11: a trained net reads two sentences; the reader chooses the nouns and changes a unit on the way. */
import { figure, fixed } from "../lib";
import type { View } from "../lib";
import { ASKED, compute, FIRST, parameters, PLACES, SIGNALS } from "../gender/net";
import type { Given, Numbers } from "../gender/net";
import { answer, Reading } from "../gender/picture";

type Place = (typeof PLACES)[number];

/* The sentences, with a list of nouns wherever a noun stands. */
function Sentences({ state, words, set, id }: { state: Given; words: string[]; set: (changes: Partial<Given>) => void; id: string }) {
  const where: Record<number, Place> = { 1: "subject1", 4: "object1", 7: "near1", 13: "subject2", 16: "object2", 19: "near2" };
  return (
    <p class="moving-controls gates-text" hidden>
      {words.map((word, t) => {
        const place = where[t];
        if (!place) return `${word} `;
        return (
          <select key={place} id={`${id}-${place}`} aria-label={`noun ${PLACES.indexOf(place) + 1}`} value={state[place]}
            onChange={(event) => set({ [place]: event.currentTarget.value })}>
            {Object.keys(parameters[place].options).map((noun) => (
              <option key={noun} value={noun} selected={noun === state[place]}>{noun}</option>
            ))}
          </select>
        );
      })}
      …
    </p>
  );
}

function draw({ state, numbers, set, id }: View<typeof parameters, Numbers>) {
  return (
    <>
      <Sentences state={state} words={numbers.words} set={set} id={id} />
      <Reading state={state} numbers={numbers} set={set} />
    </>
  );
}

const DONE: Record<string, string> = {
  twin: "taken from the twin", zero: "set to zero", held: "held at zero",
};

function say({ words, twin, intact, leads }: Numbers, { act, unit, at }: Given): string {
  const by = (lead: number) => `${answer(lead)}, by ${fixed(Math.abs(lead), 1)}`;
  const plain = `The net expects ${by(intact[ASKED])}.`;
  if (act === "none") return plain;
  const from = act === "twin" ? `, which reads ${twin[13]} for ${words[13]},` : "";
  return `${plain} With unit ${unit} ${DONE[act]}${from} behind “${words[at]}”: ${by(leads[ASKED])}.`;
}

function judge({ words, intact, leads }: Numbers, { act, at, unit }: Given): true | string {
  if (act === "none") return "Nothing is changed yet: choose what is done to the unit, and press the word behind which it is done.";
  const [before, after] = [answer(intact[ASKED]), answer(leads[ASKED])];
  if (before === after) return `Unit ${unit}, changed behind “${words[at]}”: still ${after}.`;
  return at === ASKED - 1 || `It is ${after} now. Can it be done later, behind the last noun?`;
}

export default figure({
  name: "sentence-gates",
  title: "Gates and states of a unit of a trained net, word by word",
  parameters,
  own: ["at", ...PLACES],
  compute,
  draw,
  say,
  table: ({ words, rows, leads, intact }) => ({
    caption: "The unit at every word, and by how much she leads",
    head: ["word", ...SIGNALS.map((name) => (name === "c_tilde" ? "c̃" : name)), "she leads", "without the change"],
    rows: rows.map((row, t) => [`${t + 1} ${words[t]}`, ...row.map((v) => fixed(v, 3)), fixed(leads[t], 3), fixed(intact[t], 3)]).slice(FIRST),
  }),
  ask: {
    kind: "challenge",
    ask: "Turn the answer round without choosing another word: change one unit behind the last noun.",
    judge,
    well: "One unit of sixteen holds the gender, up to the end. Two numbers were exchanged, and not a word of the text.",
  },
});
