/* Elements and what several parts of the page do with them. */
export function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

export function button(text, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/* A part of the results, under a heading of its own. */
export function section(title, id) {
  const heading = element("h2", { id }, title);
  return element("section", { class: "derive-part", "aria-labelledby": id }, heading);
}

/* Words on the clipboard; also where the page came without encryption. */
export async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = element("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}

/* What a declaration cannot make by itself: macros that lead away, change the page or define others. */
const FOREIGN = /\\(href|url|require|cssId|style|class|html|data|def|let|newcommand|renewcommand|newenvironment|unicode)(?![A-Za-z])/;

/* A formula, still as its source; `typeset` has MathJax read it. name: "span" for one in a line. */
export function formula(latex, name = "div") {
  const box = element(name, { class: "derive-formula" });
  if (FOREIGN.test(latex)) box.append(element("code", {}, latex));
  else {
    box.classList.add("math");
    box.textContent = name === "div" ? `\\[${latex}\\]` : `\\(${latex}\\)`;
  }
  return box;
}

let queue = Promise.resolve();

/* Formulas in the order in which they come; MathJax takes one call at a time. */
export function typeset(part) {
  const boxes = [...part.querySelectorAll(".derive-formula.math:not(:has(mjx-container))")];
  queue = queue.then(() => MathJax.startup.promise).then(() => MathJax.typesetPromise(boxes)).then(() => {
    window.dispatchEvent(new Event("resize")); // boxes that scroll can be reached by keyboard
  }).catch((error) => console.error(error));
  return queue;
}

export function bytes(count) {
  return `${(count / 1e6).toFixed(1)} MB`;
}
