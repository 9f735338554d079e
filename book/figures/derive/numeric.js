/* The section of the numeric check: asks `check_worker.js` and shows what it finds. */
import { button, element, section } from "./dom.js";

const TOLERANCE = 1e-9; // far above rounding, far below any mistake

const digits = (off) => (off === 0 ? "0" : off.toExponential(1));

function table(rows) {
  const cells = (name, ...texts) => element("tr", {}, ...texts.map((text) => element(name, {}, String(text))));
  const head = element("tr", {}, ...["Gradient of", "Size", "Numbers", "Largest difference"].map(
    (text) => element("th", { scope: "col" }, text)));
  const body = rows.map((row) => cells("td", row.name, row.shape, row.count, digits(row.off)));
  const whole = element("table", { class: "table" }, element("thead", {}, head), element("tbody", {}, ...body));
  const box = element("div", { class: "pst-scrollable-table-container" }, whole);
  return element("details", {}, element("summary", {}, "Each gradient"), box);
}

function sentence({ sizes, rows, count, off, seed }) {
  const words = Object.entries(sizes).map(([letter, size]) => `${letter} = ${size}`).join(", ");
  const result = off < TOLERANCE ? "They agree" : "They do NOT agree";
  return `Random parameters, inputs, initial states and errors (seed ${seed}; ${words}). ` +
    `${count} derivatives in ${rows.length} arrays, each by the backward pass of the JavaScript below and by a ` +
    `complex step through its forward pass. ${result}: the largest difference, relative to the largest ` +
    `number of its array, is ${digits(off)}.`;
}

export class Numeric {
  /* address: of the worker; done: called with what it finds, or with {failed}. */
  constructor(address, done) {
    Object.assign(this, { address, done, worker: null, id: 0 });
  }

  begin(target, source) {
    this.source = source;
    this.part = section("Numeric check", "derived-numbers");
    this.says = element("p", {}, "Differentiating numerically …");
    this.details = element("div");
    this.again = button("Other random numbers", () => this.ask(this.seed + 1), { disabled: "" });
    this.part.append(this.says, this.details, this.again);
    target.append(this.part);
    this.ask(1);
  }

  ask(seed) {
    this.stop();
    this.seed = seed;
    this.again.disabled = true;
    this.worker = new Worker(this.address);
    this.worker.onmessage = ({ data }) => this.take(data);
    this.worker.onerror = () => this.take({ failed: `${this.address} could not be loaded` });
    this.worker.postMessage({ id: this.id, source: this.source, seed });
  }

  take(found) {
    this.stop();
    this.again.disabled = false;
    this.says.textContent = found.failed ? `Not checked: ${found.failed}` : sentence(found);
    this.part.dataset.off = found.failed ? "" : String(found.off);
    this.details.replaceChildren(...(found.failed ? [] : [table(found.rows)]));
    this.done(found);
  }

  get running() {
    return this.worker !== null;
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }
}
