/* What a moving figure is: parameters, one computation, and how its numbers are shown. */
import type { ComponentChildren, VNode } from "preact";
import type { Parameters, State } from "./parameters";

export interface Table {
  caption: string;
  head: string[];
  rows: (string | number)[][];
}

export interface View<P extends Parameters, N> {
  state: State<P>;
  numbers: N;
  set: (changes: Partial<State<P>>) => void;
  /* A prefix for ids of this figure's own, else two figures on a page would clash. */
  id: string;
}

/* What is asked beside a figure. A challenge is met by the state that the reader brings about; a
   question wants a number or one of several words. `judge` says true, or what is wrong, as a hint. */
export interface Challenge<P extends Parameters, N> {
  kind: "challenge";
  ask: ComponentChildren;
  judge: (numbers: N, state: State<P>) => true | string;
  well: string; // said when it is met
}

export interface Question {
  kind: "number" | "choice";
  ask: ComponentChildren;
  options?: Record<string, string>;
  judge: (answer: string) => true | string;
  well: string;
}

/* A button beside the controls, for what no single parameter says. `label` says what it will do. */
export interface Action<P extends Parameters> {
  label: (state: State<P>) => string;
  change: (state: State<P>) => Partial<State<P>>;
}

export interface Figure<P extends Parameters = Parameters, N = unknown> {
  name: string;
  title: string; // what the picture shows, for screen readers
  parameters: P;
  /* Parameters that the figure draws a control for by itself. */
  own?: (keyof P & string)[];
  actions?: Action<P>[];
  /* Pure; every number that is shown comes from here, and from generated code. */
  compute: (state: State<P>) => N;
  /* What comes later than `compute` gives it, from a worker: a hook of Preact, from the numbers
     that `compute` gave to those that are shown. */
  follow?: (numbers: N, state: State<P>) => N;
  draw: (view: View<P, N>) => VNode;
  /* Controls of its own, before the others. */
  controls?: (view: View<P, N>) => VNode;
  /* One line with the numbers of the moment; read aloud when it changes. */
  say: (numbers: N, state: State<P>) => string;
  table: (numbers: N, state: State<P>) => Table;
  ask: Challenge<P, N> | Question;
}

export function figure<P extends Parameters, N>(definition: Figure<P, N>): Figure<P, N> {
  return definition;
}
