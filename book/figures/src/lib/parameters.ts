/* What a reader can change in a figure: data from which controls, keyboard, address and reset follow. */

export interface Amount {
  kind: "amount";
  label: string;
  start: number;
  min: number;
  max: number;
  step: number;
  unit?: string;
  words?: (value: number) => string; // how a value is said, if not by its digits and the unit
}

export interface Choice {
  kind: "choice";
  label: string;
  start: string;
  options: Record<string, string>; // value -> words
}

export interface Switch {
  kind: "switch";
  label: string;
  start: boolean;
}

/* Several things in one word, such as "0110": a figure draws its own controls for it. */
export interface Text {
  kind: "text";
  label: string;
  start: string;
  pattern: RegExp;
}

export type Parameter = Amount | Choice | Switch | Text;
export type Parameters = Record<string, Parameter>;
type Value<P> = P extends Amount ? number : P extends Switch ? boolean : string;
export type State<P extends Parameters> = { [K in keyof P]: Value<P[K]> };

export function amount(
  label: string, start: number, min: number, max: number, step: number, unit?: string,
): Amount {
  return { kind: "amount", label, start, min, max, step, unit };
}

export function choice(label: string, start: string, options: Record<string, string>): Choice {
  return { kind: "choice", label, start, options };
}

export function onOff(label: string, start: boolean): Switch {
  return { kind: "switch", label, start };
}

export function text(label: string, start: string, pattern: RegExp): Text {
  return { kind: "text", label, start, pattern };
}

export function startOf<P extends Parameters>(parameters: P): State<P> {
  const pairs = Object.entries(parameters).map(([name, { start }]) => [name, start]);
  return Object.fromEntries(pairs);
}

/* Without the digits that steps of 0.1 leave behind. */
export function onGrid(value: number, { min, max, step }: Amount): number {
  const steps = Math.round((value - min) / step);
  return Number(Math.min(max, Math.max(min, min + steps * step)).toPrecision(12));
}

function read(parameter: Parameter, word: string): number | string | boolean | undefined {
  switch (parameter.kind) {
    case "amount": {
      const value = Number(word);
      return word.trim() !== "" && Number.isFinite(value) ? onGrid(value, parameter) : undefined;
    }
    case "choice":
      return word in parameter.options ? word : undefined;
    case "switch":
      return word === "1" ? true : word === "0" ? false : undefined;
    case "text":
      return parameter.pattern.test(word) ? word : undefined;
  }
}

function written(value: unknown): string {
  return typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

/* The state as part of an address: what differs from the start, "w=1.2&other=0" of a figure `cobweb`
   as "cobweb.w=1.2&cobweb.other=0". */
export function toQuery<P extends Parameters>(
  figure: string, parameters: P, state: State<P>, query: string,
): string {
  const found = new URLSearchParams(query);
  for (const [name, { start }] of Object.entries(parameters)) {
    const value = state[name as keyof P];
    if (value === start) found.delete(`${figure}.${name}`);
    else found.set(`${figure}.${name}`, written(value));
  }
  const text = found.toString();
  return text && `?${text}`;
}

/* The state that an address asks for. What is unknown or out of range is left as it was. */
export function fromQuery<P extends Parameters>(
  figure: string, parameters: P, query: string,
): State<P> {
  const found = new URLSearchParams(query);
  const state: Record<string, unknown> = startOf(parameters);
  for (const [name, parameter] of Object.entries(parameters)) {
    const word = found.get(`${figure}.${name}`);
    const value = word === null ? undefined : read(parameter, word);
    if (value !== undefined) state[name] = value;
  }
  return state as State<P>;
}
