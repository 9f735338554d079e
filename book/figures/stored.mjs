/* Train the race that the figure `train` shows before anybody presses Start: node stored.mjs

   writes src/train/run.json, of the settings that stand in it. It takes ten seconds or so. Engines
   round tanh and exp differently, and training makes much of little: the file says which one it was. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const CELLS = { rnn: "ELMAN", gru: "GRU_AFTER", lstm: "LSTM", cut: "LSTM_WITHOUT_CAROUSEL" };
const PATH = join(HERE, "src", "train", "run.json");
const { settings, updates } = JSON.parse(readFileSync(PATH, "utf8"));
const { outputFiles } = await build({
  entryPoints: [join(HERE, "src", "train", "worker.ts")],
  bundle: true, format: "iife", target: "es2020", loader: { ".mjs": "js" }, write: false,
});
vm.runInThisContext(outputFiles[0].text); // a context of its own would be three times slower
const { Race, cells } = globalThis.training;
const lane = (key) => ({ cell: cells[CELLS[key]], forget: key === "lstm" || key === "cut" });
const race = new Race(settings.cells.map(lane), settings);
while (race.n < updates) race.step();
const every = race.points[0][1].n;
const right = race.points.map((own) => own.map((point) => point.right));
const loss = race.points.map((own) => own.map((point) => point.loss));
const rows = (name, all) => `"${name}": [\n${all.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n]`;
const engine = `V8 ${process.versions.v8}`;
const parts = [`"engine": ${JSON.stringify(engine)}`, `"settings": ${JSON.stringify(settings)}`, `"updates": ${updates}`, `"every": ${every}`];
writeFileSync(PATH, `{\n${[...parts, rows("right", right), rows("loss", loss)].join(",\n")}\n}\n`);
