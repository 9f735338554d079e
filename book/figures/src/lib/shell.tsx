/* What is around every picture: controls, a line with the numbers, a table, a question, reset and link. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { Asking } from "./asking";
import { Controls } from "./controls";
import type { Figure, Table } from "./figure";
import { fromQuery, startOf, toQuery } from "./parameters";

type Any = Figure<any, any>;

function Numbers({ table }: { table: Table }) {
  return (
    <details class="moving-numbers">
      <summary>The numbers as a table</summary>
      <div class="moving-scroll" tabIndex={0} role="region" aria-label={table.caption}>
        <table>
          <caption>{table.caption}</caption>
          <thead><tr>{table.head.map((word) => <th scope="col" key={word}>{word}</th>)}</tr></thead>
          <tbody>
            {table.rows.map((row, k) => (
              <tr key={k}>{row.map((cell, j) => j ? <td key={j}>{cell}</td> : <th scope="row" key={j}>{cell}</th>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/* The address follows the state, so that it can be linked; a page in a frame may not change it. */
function writeAddress(figure: Any, state: Record<string, any>) {
  const query = toQuery(figure.name, figure.parameters, state, location.search);
  if (query === location.search) return;
  try {
    history.replaceState(history.state, "", (query || location.pathname) + location.hash);
  } catch {
    /* then there is no link to this state, and all else works */
  }
}

export function Shell({ figure }: { figure: Any }) {
  const id = `moving-${figure.name}`;
  const [state, setState] = useState<Record<string, any>>(startOf(figure.parameters));
  const [round, setRound] = useState(0); // a new one forgets the answer
  const set = (changes: Record<string, any>) => setState((now) => ({ ...now, ...changes }));
  useEffect(() => setState(fromQuery(figure.name, figure.parameters, location.search)), []);
  const [ready, setReady] = useState(false);
  useEffect(() => { if (ready) writeAddress(figure, state); else setReady(true); }, [state]);
  const computed = useMemo(() => figure.compute(state), [state]);
  const numbers = figure.follow ? figure.follow(computed, state) : computed;
  const reset = () => { setState(startOf(figure.parameters)); setRound(round + 1); };
  const Draw = figure.draw;
  const Own = figure.controls;
  return (
    <>
      <Draw state={state} numbers={numbers} set={set} id={id} />
      <p class="moving-line" role="status">{figure.say(numbers, state)}</p>
      <div class="moving-controls" hidden>
        {Own && <Own state={state} numbers={numbers} set={set} id={id} />}
        {figure.actions?.map(({ label, change }, k) => (
          <button type="button" class="moving-action" key={k} onClick={() => set(change(state))}>{label(state)}</button>
        ))}
        <Controls id={id} parameters={figure.parameters} own={figure.own ?? []} state={state} set={set} />
        <button type="button" onClick={reset}>Reset</button>
        <Asking key={round} id={id} ask={figure.ask} numbers={numbers} state={state} />
        <Numbers table={figure.table(numbers, state)} />
      </div>
    </>
  );
}

/* The figure as it stands in a page before a script runs. */
export function still(figure: Any) {
  return (
    <div class="moving" data-figure={figure.name} id={`moving-${figure.name}`} role="group" aria-label={figure.title}>
      <Shell figure={figure} />
    </div>
  );
}
