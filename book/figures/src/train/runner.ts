/* The page's side of a run: the worker, made of text, because a page opened from a folder may load
   neither modules nor other files in a worker. Code of further cells comes by script tags. */
import worker from "worker:./worker";
import type { Asked, Told } from "./messages";
import type { Settings } from "./race";

export { worker };

export interface Entry {
  cell: string;
  forget: boolean;
  further: boolean; // is its code to be loaded?
}

type Registered = Record<string, () => unknown>;
declare const bookFigures: { cells?: Registered };

const HERE = typeof document === "undefined" ? "" : ((document.currentScript as HTMLScriptElement)?.src ?? "");

function loaded(name: string): Promise<void> {
  bookFigures.cells ??= {};
  if (name in bookFigures.cells) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(`cells/${name}.js`, HERE || location.href).href;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`the code of ${name} is not there`));
    document.head.append(script);
  });
}

export class Runner {
  private worker: Worker | null = null;
  private over = false;
  private early: Asked[] = []; // asked before there is a worker

  /* told: what the worker says; failed: why there is none. */
  constructor(
    entries: Entry[], settings: Settings, to: number,
    private told: (told: Told) => void, private failed: (why: string) => void,
  ) {
    const further = entries.filter((one) => one.further).map((one) => one.cell);
    Promise.all(further.map(loaded))
      .then(() => this.start(further, { kind: "race", lanes: entries.map(({ cell, forget }) => ({ cell, forget })), settings, to }))
      .catch((error) => { if (!this.over) failed(error.message); });
  }

  private start(further: string[], first: Asked) {
    if (this.over) return;
    const codes = further.map((name) => `training.cells.${name} = (${bookFigures.cells![name]})();`);
    const address = URL.createObjectURL(new Blob([[worker, ...codes].join("\n")], { type: "text/javascript" }));
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.worker.onmessage = ({ data }) => this.told(data);
    this.worker.onerror = ({ message }) => this.failed(message);
    for (const asked of [first, ...this.early]) this.worker.postMessage(asked);
  }

  ask(asked: Asked) {
    if (this.worker) this.worker.postMessage(asked);
    else this.early.push(asked);
  }

  stop() {
    this.over = true;
    this.worker?.terminate();
  }
}
