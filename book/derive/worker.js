/* Derives a cell: Python, SymPy and lstm_ref.derive in a worker, from the files beside this one.

   Told {kind: "start"}, it fetches them, says so in bytes, compares their hashes with shipped.json
   and starts; told {kind: "derive", id, text}, it posts the parts of the answer, each with that id:
   those of lstm_ref.derive.page, then {kind: "done", id, seconds} unless the text was refused.
   Once it has loaded it posts {kind: "kept", kept}. A page that has ended it can make the next one
   of kept.script and tell it {kind: "start", kept}: that needs no network and compiles nothing.
   Python itself gets no network: whoever opens a link with a declaration runs what others wrote.
   tools/derive_assets.py makes the files. */
"use strict";

const HIDDEN = ["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport",
  "EventSource", "indexedDB", "caches", "BroadcastChannel", "Worker"];
const WASM = "pyodide.asm.wasm";
const PREPARE = `
import json, sys
from lstm_ref.derive import page

# What is typed is Python of its own and has no way to the browser.
for name in [n for n in sys.modules if n.split(".")[0] in ("js", "pyodide", "pyodide_js", "_pyodide")]:
    sys.modules[name] = None
sys.modules["_pyodide_core"] = None
lambda text: map(json.dumps, page.answers(text))
`;

const now = () => performance.now() / 1000;
let engine = null;

function post(kind, more) {
  self.postMessage({ kind, ...more });
}

/* ---- files */

class Missing extends Error {}

async function listed(here) {
  let found;
  try {
    found = await fetch(new URL("shipped.json", here), { cache: "no-cache" });
  } catch { // without a network: as it was
    found = await fetch(new URL("shipped.json", here), { cache: "force-cache" }).catch(() => null);
  }
  if (!found?.ok) throw new Missing("shipped.json could not be loaded");
  const shipped = await found.json();
  if (!shipped.files.length) throw new Missing(shipped.missing);
  return shipped;
}

/* The bytes of a file; count(bytes) is told of each piece. */
async function received({ name, sha256 }, here, count, cache) {
  const address = new URL(`${name}?${sha256.slice(0, 16)}`, here);
  let answer;
  try {
    answer = await fetch(address, { cache });
  } catch {
    throw new Missing(`${name} could not be loaded: is the site still there?`);
  }
  if (!answer.ok) throw new Missing(`${name} could not be loaded: ${answer.status} ${answer.statusText}`);
  const pieces = [];
  const reader = answer.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      count(value.length);
    }
  } catch {
    throw new Missing(`${name} broke off while it was loaded`);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

async function fault(bytes, { name, size, sha256 }) {
  if (bytes.length !== size) return `${name} is damaged: ${bytes.length} bytes instead of ${size}`;
  if (!self.crypto.subtle) return null; // a page by http from another machine: its size must do
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === sha256 ? null : `${name} is damaged: its hash is not that of shipped.json`;
}

/* A file as it was shipped. A damaged copy in the cache of the browser is fetched once more. */
async function file(entry, here, count) {
  let wrong;
  for (const cache of ["force-cache", "reload"]) {
    let own = 0;
    const bytes = await received(entry, here, (more) => { own += more; count(more); }, cache);
    wrong = await fault(bytes, entry);
    if (wrong === null) return bytes;
    count(-own);
  }
  throw new Missing(wrong);
}

/* Everything that a start needs, as it is kept for the next one. */
async function all() {
  const here = new URL("./", self.location.href).href;
  const { files, info } = await listed(here);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  let told = -1;
  const count = (more) => {
    bytes += more;
    if (Math.floor((100 * bytes) / total) === told) return;
    told = Math.floor((100 * bytes) / total);
    post("progress", { loaded: bytes, total, what: "Loading Python and SymPy" });
  };
  const script = fetch(self.location.href, { cache: "force-cache" }).then((found) => found.blob());
  const kept = { here, info, total, files: {}, module: null, script: await script };
  await Promise.all(files.map(async (entry) => {
    const found = await file(entry, here, count);
    if (entry.name === WASM) kept.module = await WebAssembly.compile(found);
    else kept.files[entry.name] = new Blob([found], { type: "text/javascript" });
  }));
  post("kept", { kept });
  return kept;
}

/* ---- Python */

async function python({ here, files, info, module }) {
  const address = (name) => URL.createObjectURL(files[name]);
  self.importScripts = undefined; // Pyodide takes a worker that has it for one that cannot import
  const { loadPyodide } = await import(address("pyodide.mjs"));
  const { default: createPyodideModule } = await import(address("pyodide.asm.mjs"));
  const other = self.fetch;
  self.fetch = (where, options) => // it is compiled already
    String(where).endsWith(WASM) ? Promise.resolve(new Response()) : other(where, options);
  WebAssembly.instantiateStreaming = async (_, imports) =>
    ({ module, instance: await WebAssembly.instantiate(module, imports) });
  const started = await loadPyodide({
    indexURL: here,
    packageBaseUrl: here,
    createPyodideModule,
    stdLibURL: address("python_stdlib.zip"),
    lockFileContents: { info, packages: {} }, // there is nothing else to install
    jsglobals: {},
    stdout: () => {},
    stderr: () => {},
  });
  for (const name of HIDDEN) Object.defineProperty(self, name, { value: undefined });
  return started;
}

async function prepared(started, { files }) {
  started.FS.writeFile("/lib/derive.zip", new Uint8Array(await files["derive.zip"].arrayBuffer()));
  started.runPython("import sys; sys.path.insert(0, '/lib/derive.zip')");
  return started.runPython(PREPARE);
}

/* One start, however often it is asked for. */
function start(before) {
  engine ??= (async () => {
    const times = [now()];
    const kept = before ?? await all();
    const say = (what) => post("progress", { loaded: kept.total, total: kept.total, what });
    times.push(now());
    say("Starting Python");
    const started = await python(kept);
    times.push(now());
    say("Starting SymPy");
    const answers = await prepared(started, kept);
    times.push(now());
    const [fetched, begun, imported] = times.slice(1).map((time, k) => time - times[k]);
    post("ready", { seconds: { fetch: fetched, start: begun, import: imported } });
    return answers;
  })().catch((error) => {
    const said = error instanceof Missing ? error.message : `The engine did not start: ${error}`;
    post("failed", { message: said });
    return null;
  });
  return engine;
}

async function derive({ id, text }) {
  const answers = await start();
  if (answers === null) return;
  const begun = now();
  let parts = null;
  try {
    parts = answers(text);
    for (const part of parts) {
      const { kind, ...more } = JSON.parse(part);
      post(kind, { id, ...more });
      if (kind === "refused") return;
    }
    post("done", { id, seconds: now() - begun });
  } catch (error) { // Python itself has ended: too deep, out of memory
    post("failed", { message: `The engine broke off: ${String(error).trim().split("\n").at(-1)}` });
  } finally {
    try { parts?.destroy(); } catch { /* it has ended */ }
  }
}

self.onmessage = ({ data }) => {
  if (data.kind === "start") start(data.kept);
  if (data.kind === "derive") derive(data);
};
