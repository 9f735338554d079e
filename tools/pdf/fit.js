/* What is wider than the text or higher than a page is made smaller, so that no edge cuts it.
   Returns what was left too large. First all is measured, then changed: one layout, not thousands. */
(room) => {
  "use strict";
  const NARROWEST_CODE = 0.8; // what would be smaller still is wrapped
  const LONG_CODE = 0.4; // of a page: it may be broken, or the page before would be left empty
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const said = (tag) => tag.textContent.trim().replace(/\s+/g, " ").slice(0, 60);

  function formula(box) {
    const number = box.parentElement.querySelector(".eqno");
    const width = box.parentElement.clientWidth - (number ? number.offsetWidth + 8 : 0);
    const inner = box.querySelector("mjx-math");
    const ratio = Math.min(width / inner.offsetWidth, room.height / inner.offsetHeight);
    return { tag: box, ratio, least: room.smallest, must: true };
  }

  function code(tag) {
    return { tag, ratio: tag.clientWidth / tag.scrollWidth, least: NARROWEST_CODE, must: false };
  }

  function table(tag) {
    const ratio = tag.parentElement.clientWidth / tag.scrollWidth;
    return { tag, ratio, least: room.smallest, must: true };
  }

  all("pre").forEach((tag) => tag.style.setProperty("white-space", "pre"));
  const found = [
    ...all('mjx-container[display="true"]').map(formula),
    ...all("pre").map(code),
    ...all("table").map(table),
  ].filter((one) => one.ratio < 1);
  const long = all("pre").filter((tag) => tag.offsetHeight > LONG_CODE * room.height);
  const sizes = found.map((one) => parseFloat(getComputedStyle(one.tag).fontSize));
  all("pre").forEach((tag) => tag.style.removeProperty("white-space"));
  long.forEach((tag) => tag.style.setProperty("break-inside", "auto"));
  found.forEach((one, k) => {
    one.tag.style.fontSize = `${sizes[k] * Math.max(one.ratio * 0.99, one.least)}px`;
  });
  return found.filter((one) => one.must && one.ratio < one.least)
    .map((one) => `${one.ratio.toFixed(2)} of ${said(one.tag)}`);
}
