/* What the engine answers, part by part, as sections of the page. */
import { element, formula, section, typeset } from "./dom.js";
import { codeSection } from "./code.js";

function list(items, name = "ul") {
  return element(name, {}, ...items.map((item) => element("li", {}, item)));
}

function folded(summary, items) {
  return element("details", {}, element("summary", {}, summary), list(items));
}

function equations(part) {
  const made = section("Equations", "derived-equations");
  made.append(element("p", {}, part.title ? `${part.name}: ${part.title}` : part.name));
  made.append(...part.lines.map((latex) => formula(latex)));
  if (part.words?.length) made.append(element("p", {}, "Taken for granted:"), list(part.words));
  if (part.remarks?.length) made.append(element("p", {}, "Remarks:"), list(part.remarks));
  return made;
}

/* A heading for each group, below it its lines in their order. */
function steps(part) {
  const made = section("The way back, step by step", "derived-steps");
  let group = null, items;
  for (const line of part.lines) {
    if (line.group !== group || !items) {
      group = line.group;
      items = element("ol", { class: "derive-steps" });
      if (group) made.append(element("h3", {}, group));
      made.append(items);
    }
    const item = element("li", {}, element("p", { class: "derive-title" }, line.title));
    if (line.words) item.append(element("p", {}, line.words));
    item.append(formula(line.latex));
    items.append(item);
  }
  return made;
}

function claim({ what, latex, holds, why }) {
  const mark = element("span", { class: holds ? "derive-holds" : "derive-fails", "aria-hidden": "true" }, holds ? "✓" : "✗");
  const item = element("li", {}, mark, ` ${what}`);
  if (latex) item.append(", ", formula(latex, "span"));
  item.append(holds ? element("span", { class: "derive-unseen" }, ": holds") : `: not shown. ${why || ""}`);
  return item;
}

function proof(part) {
  const made = section("Proof", "derived-proof");
  const held = part.claims.filter((one) => one.holds).length;
  made.append(element("p", {}, `${held} of ${part.claims.length} identities hold for any size and any number of steps. ` +
    "Each compares what the derivation says with the derivative of the equations, taken again in index notation."));
  made.append(element("ul", { class: "derive-claims" }, ...part.claims.map(claim)));
  if (part.assumed?.length) made.append(folded("What the proof takes for granted", part.assumed));
  return made;
}

const PARTS = { equations, steps, proof, code: codeSection };

/* The section of a part; its formulas are typeset behind it. */
export function show(target, part) {
  const make = PARTS[part.part];
  if (!make) return;
  const made = make(part);
  target.append(made);
  typeset(made);
}

/* Links to the headings; the address stays what it is, since it may carry the declaration. */
export function contents(target) {
  const links = [...target.querySelectorAll("h2")].map((heading) => {
    const link = element("a", { href: `#${heading.id}` }, heading.textContent);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      heading.tabIndex = -1;
      heading.focus();
      heading.scrollIntoView();
    });
    return element("li", {}, link);
  });
  return element("nav", { class: "derive-contents", "aria-label": "Results" }, element("ul", {}, ...links));
}
