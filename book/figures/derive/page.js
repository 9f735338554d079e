/* The page "Derive your own cell". Nothing is loaded before the button is pressed. */
import { bytes, copied } from "./dom.js";
import { makeEditor } from "./editor.js";
import { Engine } from "./engine.js";
import { LONGEST, START, decode, encode } from "./link.js";
import { Numeric } from "./numeric.js";
import { contents, show } from "./results.js";
import { describe } from "./shipped.js";

const at = (id) => document.getElementById(`derive-${id}`);
const served = location.protocol.startsWith("http");
const folder = new URL(".", document.currentScript.src).href;
const examples = JSON.parse(at("examples").textContent);
let name = "Cell";
let deriving = false; // from the click to the last result
let answered = false; // by the engine; the numeric check may take longer

const editor = makeEditor(at("editor"), { text: examples[0].text, labelledby: "derive-label",
  describedby: "derive-keys derive-says", run: derive, changed: () => say("") });

function say(text, kind = "") {
  at("says").textContent = text;
  at("says").dataset.kind = kind;
  at("go").hidden = true;
}

function busy(yes) {
  deriving = yes;
  at("run").disabled = yes || !served;
  at("stop").disabled = !yes;
  at("results").setAttribute("aria-busy", String(yes));
  if (!yes) at("progress").hidden = true;
}

const hear = {
  progress({ loaded, total, what }) {
    if (!deriving) return; // an engine that starts anew behind a stop
    const bar = at("progress");
    bar.hidden = false;
    bar.max = total || 1;
    bar.value = loaded;
    at("bytes").textContent = total ? `${what}: ${bytes(loaded)} of ${bytes(total)}` : what;
  },
  ready() {
    if (!deriving) return;
    at("progress").hidden = true;
    at("bytes").textContent = "Deriving …";
  },
  part(part) {
    if (part.part === "equations") name = part.name;
    if (part.part === "code") numeric.begin(at("results"), part.javascript);
    show(at("results"), { name, ...part });
  },
  refused({ message, line, column, cure }) {
    end();
    editor.show({ message, line, column, cure });
    say([line ? `Line ${line}: ${message}` : message, cure].filter(Boolean).join("; "), "refused");
    at("go").hidden = !line;
    at("go").textContent = `Go to line ${line}`;
    at("go").onclick = () => editor.goTo(line);
  },
  failed({ message }) {
    if (!deriving) return;
    end();
    say(`${message}${/[.!?]$/.test(message) ? "" : "."} Derive tries again; the command line derives as well.`, "failed");
  },
  done() {
    answered = true;
    if (numeric.running) at("bytes").textContent = "Differentiating numerically …";
    else finish();
  },
};

const engine = new Engine(`${folder}worker.js`, hear);
const numeric = new Numeric(`${folder}check.js`, () => { if (deriving && answered) finish(); });

function finish() {
  end();
  const claims = at("results").querySelectorAll(".derive-claims > li").length;
  const held = at("results").querySelectorAll(".derive-holds").length;
  say(`${name}: ${held} of ${claims} identities hold. The results stand below.`, "done");
  at("results").prepend(contents(at("results")));
}

function end() {
  busy(false);
  at("bytes").textContent = "";
}

function derive() {
  if (!served || deriving) return;
  clear();
  busy(true);
  answered = false;
  at("bytes").textContent = engine.ready ? "Deriving …" : "Starting …";
  engine.derive(editor.text());
}

function clear() {
  numeric.stop();
  editor.show(null);
  say("");
  at("results").replaceChildren();
}

function stop() {
  engine.stop();
  numeric.stop();
  end();
  say("Stopped.", "stopped");
  at("run").focus();
}

function reset() {
  if (deriving) stop();
  clear();
  editor.replace(examples[0].text);
  history.replaceState(null, "", location.pathname + location.search);
}

async function link() {
  const text = editor.text();
  if (text.length > LONGEST) return say(`A link holds ${LONGEST} letters, these are ${text.length}.`, "refused");
  history.replaceState(null, "", encode(text));
  await copied(location.href).then(() => say("The link is on the clipboard, and in the address above.", "done"),
    () => say("The link stands in the address above; the browser did not let it be copied.", "done"));
}

function fromAddress() {
  if (!location.hash.startsWith(START)) return;
  try {
    const text = decode(location.hash);
    clear();
    editor.replace(text);
    say("This declaration came with the link, and nothing has been run. It is a program: read it before you derive.", "link");
  } catch {
    say("The address holds a damaged declaration; nothing of it was taken.", "refused");
  }
}

for (const [id, act] of Object.entries({ run: derive, stop, reset, link })) at(id).addEventListener("click", act);
at("take").addEventListener("click", () => {
  clear();
  editor.replace(examples[at("example").selectedIndex].text);
  say(`The editor has ${at("example").selectedOptions[0].textContent}`, "done");
});
window.addEventListener("hashchange", fromAddress);
busy(false);
if (!served) say("This page was opened as a file, and a browser lets no file start the engine. " +
  "In the folder of the project run make serve, and open the address that it names.", "file");
else describe(document.querySelector(".derive-shipped"), folder).then((missing) => {
  if (missing) say(`This copy of the site was built without the engine: ${missing}.`, "failed");
});
fromAddress();
document.documentElement.dataset.derive = "ready";
