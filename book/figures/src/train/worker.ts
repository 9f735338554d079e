/* What runs in the worker: a race, as far as it is told to go. The page gets the text of this file,
   bundled, and puts the code of further cells behind it (`bookFigures.cells`). */
import ELMAN from "../../cells/ELMAN.mjs";
import GRU_AFTER from "../../cells/GRU_AFTER.mjs";
import LSTM from "../../cells/LSTM.mjs";
import LSTM_WITHOUT_CAROUSEL from "../../cells/LSTM_WITHOUT_CAROUSEL.mjs";
import type { Asked, Told } from "./messages";
import { EVERY, type Lane, Race, type Settings } from "./race";

const cells: Record<string, Cell> = { ELMAN, GRU_AFTER, LSTM, LSTM_WITHOUT_CAROUSEL };
const PIECE = 40; // milliseconds of work between two looks at what the page says

let race: Race | null = null;
let goal = 0;
let works = false;

function tell() {
  if (!race) return;
  const { n, points, failed } = race;
  const last = points.map((own) => own[own.length - 1]);
  const told: Told = { n, points: last, failed: [...failed], still: n >= goal };
  postMessage(told);
}

function work() {
  const until = Date.now() + PIECE;
  while (race && race.n < goal && Date.now() < until) {
    race.step();
    if (race.n % EVERY === 0 || race.n === goal) tell();
  }
  works = race !== null && race.n < goal;
  if (works) setTimeout(work, 0);
}

function begin(lanes: { cell: string; forget: boolean }[], settings: Settings) {
  race = new Race(lanes.map(({ cell, forget }): Lane => ({ cell: cells[cell], forget })), settings);
}

globalThis.onmessage = ({ data }: MessageEvent<Asked>) => {
  if (data.kind === "race") begin(data.lanes, data.settings);
  goal = data.kind === "pause" ? (race?.n ?? 0) : data.to;
  if (data.kind !== "go") tell();
  if (!works) work();
};

/* For tests, which run this text in Node, and for the cells behind it. */
Object.assign(globalThis, { training: { cells, Race } });
