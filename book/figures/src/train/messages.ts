/* What page and worker say to each other. */
import type { Point, Settings } from "./race";

export type Asked =
  | { kind: "race"; lanes: { cell: string; forget: boolean }[]; settings: Settings; to: number }
  | { kind: "go"; to: number } // on, until so many updates are done
  | { kind: "pause" };

/* After every EVERY updates, and when it stops. points: the last one of each lane. */
export interface Told {
  n: number;
  points: Point[];
  failed: (string | null)[]; // why a net is no longer trained
  still: boolean; // it waits to be told to go on
}
