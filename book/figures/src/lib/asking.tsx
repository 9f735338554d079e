/* The challenge or question beside a figure, and what is said of the answer. */
import { useState } from "preact/hooks";
import type { Challenge, Question } from "./figure";

interface Props {
  id: string;
  ask: Challenge<any, any> | Question;
  numbers: unknown;
  state: Record<string, any>;
}

export function Asking({ id, ask, numbers, state }: Props) {
  const [answer, setAnswer] = useState("");
  const [says, setSays] = useState<{ text: string; right: boolean } | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const found = ask.kind === "challenge" ? ask.judge(numbers, state) : ask.judge(answer);
    setSays({ text: found === true ? ask.well : found, right: found === true });
  };
  const put = (value: string) => { setAnswer(value); setSays(null); };
  return (
    <form class="moving-ask" onSubmit={submit}>
      <div id={`${id}-ask`}>{ask.ask}</div>
      {ask.kind === "number" && (
        <input type="text" inputMode="decimal" autocomplete="off" aria-labelledby={`${id}-ask`}
          value={answer} onInput={(event) => put(event.currentTarget.value)} />
      )}
      {ask.kind === "choice" && (
        <span role="radiogroup" aria-labelledby={`${id}-ask`}>
          {Object.entries(ask.options ?? {}).map(([key, words]) => (
            <label key={key}>
              <input type="radio" name={`${id}-answer`} value={key} checked={answer === key}
                onChange={() => put(key)} />
              {words}
            </label>
          ))}
        </span>
      )}
      <button type="submit">Check</button>
      <p role="status" data-right={says ? (says.right ? "yes" : "no") : undefined}>{says?.text}</p>
    </form>
  );
}

/* A judge of a number: near enough to `right`, or a hint. Both a point and a comma are taken. */
export function judgeNumber(answer: string, right: number, tolerance: number, hint: (value: number) => string): true | string {
  const plain = answer.trim().replace(/[\u2212\u2013]/g, "-").replace(",", ".");
  const value = Number(plain);
  if (plain === "" || !Number.isFinite(value)) return "A number is asked for.";
  return Math.abs(value - right) <= tolerance ? true : hint(value);
}
