/* Several cells on the same batches, one update of each in turn. */
import { accuracy, fresh, type Net, update } from "./learn";
import { stream } from "./random";
import { start } from "./start";
import { type Batch, CLASSES, sentences, WORDS } from "./task";
import { B, EVERY, H, TEST } from "./rules";

export { B, EVERY, H, TEST };

export interface Settings {
  distance: number;
  rate: number;
  forget: number; // b_f of the lanes that have it
  seed: number;
}

export interface Lane {
  cell: Cell;
  forget: boolean; // does its forget gate start with the bias of the settings?
}

/* Streams of a seed: batch k has number k. */
const FIRST = -2, ASKED = -3;

export interface Point {
  n: number; // updates so far
  loss: number | null; // mean of the last EVERY batches; at 0 none
  right: number; // share of right answers to the test sentences
}

export class Race {
  n = 0;
  readonly nets: Net[];
  readonly failed: (string | null)[];
  readonly points: Point[][];
  readonly losses: number[][]; // of every update
  readonly test: Batch;

  constructor(lanes: Lane[], readonly settings: Settings) {
    const { seed, distance } = settings;
    this.nets = lanes.map(({ cell, forget }) => {
      const biases: Record<string, number> = forget ? { b_f: settings.forget } : {};
      const sizes = { D: WORDS, H };
      return fresh(cell, H, start(stream(seed, FIRST), cell.shapes, sizes, CLASSES, biases));
    });
    this.test = sentences(stream(seed, ASKED), TEST, distance);
    this.failed = lanes.map(() => null);
    this.losses = lanes.map(() => []);
    this.points = this.nets.map((net) => [{ n: 0, loss: null, right: accuracy(net, this.test) }]);
  }

  batch(k: number): Batch {
    return sentences(stream(this.settings.seed, k), B, this.settings.distance);
  }

  /* One update of every net that has not failed. */
  step() {
    const batch = this.batch(this.n);
    this.n++;
    this.nets.forEach((net, k) => {
      if (this.failed[k] === null) this.move(net, k, batch);
    });
  }

  private move(net: Net, k: number, batch: Batch) {
    try {
      this.losses[k].push(update(net, batch, this.settings.rate));
    } catch (error) {
      this.failed[k] = String((error as Error).message);
      return;
    }
    if (this.n % EVERY) return;
    const loss = this.losses[k].slice(-EVERY).reduce((sum, one) => sum + one, 0) / EVERY;
    this.points[k].push({ n: this.n, loss, right: accuracy(net, this.test) });
  }
}
