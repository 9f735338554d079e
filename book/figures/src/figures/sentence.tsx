/* Chapter 4: a sentence, word by word, through the cell that is built by hand; the reader opens o. */
import { figure, fixed } from "../lib";
import type { View } from "../lib";
import type { Given, Numbers } from "../story/cell";
import { compute, LONGEST, OPENS, parameters, spelled, WORDS } from "../story/cell";
import { Story } from "../story/picture";

function draw({ state, numbers, set }: View<typeof parameters, Numbers>) {
  const full = state.words.length >= LONGEST;
  return (
    <>
      <Story state={state} numbers={numbers} set={set} />
      <div class="moving-controls" hidden><div class="story-words" role="group" aria-label="words">
        <button type="button" disabled={state.words.length < 2} onClick={() => set({ words: state.words.slice(0, -1) })}>← take back</button>
        <button type="button" onClick={() => set({ words: spelled("the") })}>begin anew</button>
        {WORDS.map((word) => (
          <button type="button" key={word} disabled={full} onClick={() => set({ words: state.words + spelled(word) })}>{word}</button>
        ))}
      </div></div>
    </>
  );
}

function shown([gender, number]: { h: number }[]): string {
  const one = Math.abs(gender.h) < 0.1 ? "" : gender.h > 0 ? "male" : "female";
  const many = Math.abs(number.h) < 0.1 ? "" : number.h > 0 ? "singular" : "plural";
  return [one, many].filter(Boolean).join(", ") || "nothing";
}

function say({ words, units }: Numbers): string {
  const last = units[units.length - 1], [gender, number] = last.map(({ c }) => fixed(c));
  const seen = words.map((word, t) => [word, shown(units[t])]).filter(([, what]) => what !== "nothing");
  const told = seen.map(([word, what]) => `at “${word}” ${what}`).join("; ") || "nothing";
  return `Kept at the end: gender ${gender}, number ${number}. Shown: ${told}.`;
}

const WANTED: Record<string, string> = { them: "singular", because: "female, singular" };

function judge({ words, units }: Numbers, { words: letters }: Given): true | string {
  if (letters !== parameters.words.start) return "Bring back the sentence of the chapter first: Reset.";
  for (const [t, word] of words.entries()) {
    const wanted = WANTED[word] ?? "nothing", found = shown(units[t]);
    if (found !== wanted) return `At “${word}” is shown: ${found}. What does the next word need?`;
  }
  return true;
}

export default figure({
  name: "sentence",
  title: "A sentence goes through the cell that is built by hand",
  parameters,
  own: ["words", ...OPENS],
  compute,
  draw,
  say,
  table: ({ words, gates, units }) => ({
    caption: "Both units at every word",
    head: ["word", "f", "i", ...OPENS.flatMap((name) => [`c, ${name}`, `o, ${name}`, `h, ${name}`])],
    rows: words.map((word, t) => [word, ...[gates[t].f, gates[t].i, ...units[t].flatMap(({ c, o, h }) => [c, o, h])].map((v) => fixed(v, 3))]),
  }),
  ask: {
    kind: "challenge",
    ask: "Open the output gate for what the next word needs and for nothing else: for the verb behind “them”, for the pronoun behind “because”.",
    judge,
    well: "The verb needs the number alone, the pronoun both. Until then the gender was kept and seen by nobody.",
  },
});
