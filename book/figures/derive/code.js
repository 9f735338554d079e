/* The code of a cell in four languages: one is seen, each can be copied and downloaded. */
import { button, copied, element, section } from "./dom.js";

const LANGUAGES = [
  ["numpy", "NumPy", (name) => `${name.toLowerCase()}_numpy.py`],
  ["c", "C", (name) => `${name.toLowerCase()}.h`],
  ["javascript", "JavaScript", (name) => `${name}.js`],
  ["torch", "PyTorch", (name) => `${name.toLowerCase()}_torch.py`],
];

function panel(source, file) {
  const says = element("span", { role: "status" });
  const copy = button(`Copy ${file}`, () => copied(source).then(
    () => { says.textContent = "Copied."; }, () => { says.textContent = "Not copied: the browser refused."; }));
  const save = button(`Download ${file}`, () => {
    const address = URL.createObjectURL(new Blob([source], { type: "text/plain" }));
    element("a", { href: address, download: file }).click();
    URL.revokeObjectURL(address);
  });
  const text = element("pre", { tabindex: "0", "aria-label": file }, element("code", {}, source));
  return element("div", { class: "derive-source" }, element("p", { class: "derive-buttons" }, copy, save, says), text);
}

export function codeSection(part) {
  const made = section("Code", "derived-code");
  const choice = element("fieldset", { class: "derive-languages" }, element("legend", {}, "Language"));
  const panels = [];
  LANGUAGES.filter(([key]) => part[key]).forEach(([key, label, file], k) => {
    const input = element("input", { type: "radio", name: "derive-language", id: `derive-${key}`, value: key });
    input.checked = k === 0;
    choice.append(element("span", {}, input, element("label", { for: input.id }, label)));
    const found = panel(part[key], file(part.name));
    found.hidden = k !== 0;
    panels.push(found);
    input.addEventListener("change", () => panels.forEach((other) => { other.hidden = other !== found; }));
  });
  made.append(choice, ...panels);
  return made;
}
