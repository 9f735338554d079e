/* Native controls for the parameters of a figure, so that keyboard and screen readers need nothing else. */
import { fixed } from "./format";
import type { Amount, Choice, Parameter, Switch } from "./parameters";

interface Control<P, V> {
  id: string;
  parameter: P;
  value: V;
  set: (value: V) => void;
}

function digitsOf(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

export function amountWords(value: number, { step, unit, words }: Amount): string {
  return words ? words(value) : fixed(value, digitsOf(step)) + (unit ? ` ${unit}` : "");
}

function Slider({ id, parameter, value, set }: Control<Amount, number>) {
  const { label, min, max, step } = parameter;
  const words = amountWords(value, parameter);
  return (
    <div class="moving-control">
      <label for={id}>{label}</label>
      <input id={id} type="range" min={min} max={max} step={step} value={value}
        aria-valuetext={words} onInput={(event) => set(Number(event.currentTarget.value))} />
      <output for={id}>{words}</output>
    </div>
  );
}

function Radios({ id, parameter, value, set }: Control<Choice, string>) {
  return (
    <fieldset class="moving-control">
      <legend>{parameter.label}</legend>
      {Object.entries(parameter.options).map(([key, words]) => (
        <label key={key}>
          <input type="radio" name={id} value={key} checked={key === value} onChange={() => set(key)} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

/* Many options: a list that unfolds. */
function Select({ id, parameter, value, set }: Control<Choice, string>) {
  return (
    <div class="moving-control">
      <label for={id}>{parameter.label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {Object.entries(parameter.options).map(([key, words]) => (
          <option key={key} value={key} selected={key === value}>{words}</option>
        ))}
      </select>
    </div>
  );
}

function Check({ id, parameter, value, set }: Control<Switch, boolean>) {
  return (
    <label class="moving-control" for={id}>
      <input id={id} type="checkbox" checked={value}
        onChange={(event) => set(event.currentTarget.checked)} />
      {parameter.label}
    </label>
  );
}

const FEW = 5;

export function Controls({ id, parameters, own, state, set }: {
  id: string;
  parameters: Record<string, Parameter>;
  own: string[];
  state: Record<string, unknown>;
  set: (changes: Record<string, unknown>) => void;
}) {
  return Object.entries(parameters).map(([name, parameter]) => {
    const key = `${id}-${name}`;
    const put = (value: unknown) => set({ [name]: value });
    if (own.includes(name) || parameter.kind === "text") return null;
    if (parameter.kind === "amount")
      return <Slider key={key} id={key} parameter={parameter} value={state[name] as number} set={put} />;
    if (parameter.kind === "switch")
      return <Check key={key} id={key} parameter={parameter} value={state[name] as boolean} set={put} />;
    const Made = Object.keys(parameter.options).length <= FEW ? Radios : Select;
    return <Made key={key} id={key} parameter={parameter} value={state[name] as string} set={put} />;
  });
}
