/* The page of all cells: formulas are typeset when an entry is opened, a field filters the entries,
   and buttons copy the code, which a page read from a folder cannot fetch. A classic script: modules are blocked on file:// pages. */
(function () {
  "use strict";
  var field = document.getElementById("cells-filter");
  var count = document.getElementById("cells-count");
  var cells = Array.from(document.querySelectorAll("section.cell"));
  var kinds = Array.from(document.querySelectorAll("section.cells-kind"));
  // An entry is found by all that is seen of it while it is folded, and by the heading above.
  var texts = cells.map(function (cell) {
    var parts = Array.from(cell.children).filter(function (part) { return !part.matches("details"); });
    var heading = cell.parentElement.querySelector("h2");
    return parts.concat(heading).map(function (part) { return part.textContent; }).join(" ")
      .toLowerCase();
  });

  function filter() {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    cells.forEach(function (cell, k) {
      cell.hidden = !words.every(function (word) { return texts[k].includes(word); });
      shown += !cell.hidden;
    });
    kinds.forEach(function (kind) {
      kind.hidden = !kind.querySelector("section.cell:not([hidden])");
    });
    count.textContent = shown === cells.length ? shown + " cells" : shown + " of " + cells.length + " cells";
  }

  function typeset(entry) {
    var formulas = Array.from(entry.querySelectorAll(".cells-math:not(.math)"));
    formulas.forEach(function (box) {
      box.textContent = "\\[" + box.querySelector("script").textContent + "\\]";
      box.classList.add("math");
    });
    if (!formulas.length) return;
    MathJax.startup.promise.then(function () {
      return MathJax.typesetPromise(formulas);
    }).then(function () {
      window.dispatchEvent(new Event("resize")); // boxes that scroll can be reached by keyboard
    });
  }

  document.querySelectorAll("details.cell-formulas").forEach(function (entry) {
    entry.addEventListener("toggle", function () { if (entry.open) typeset(entry); });
  });

  function copied(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    var area = document.createElement("textarea"); // the page came without encryption
    area.value = text;
    document.body.append(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("not copied"));
  }

  function addButton(link) {
    var button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-live", "polite");
    var name = document.createElement("span");
    name.className = "cells-of";
    name.textContent = " " + link.textContent;
    function say(word) { button.replaceChildren(word, name); }
    say("Copy");
    button.addEventListener("click", function () {
      fetch(link.href).then(function (answer) {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.text();
      }).then(copied).then(function () { say("Copied"); }, function () { say("Not copied"); });
    });
    link.parentElement.append(" ", button);
  }

  document.querySelectorAll("details.cell-code").forEach(function (entry) {
    entry.addEventListener("toggle", function () {
      if (!location.protocol.startsWith("http") || entry.querySelector("button")) return;
      entry.querySelectorAll("a").forEach(addButton);
    });
  });

  function openTarget() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var entry = target && target.matches("section.cell") && target.querySelector("details");
    if (!entry) return;
    if (target.hidden) {
      field.value = "";
      filter();
      target.scrollIntoView();
    }
    entry.open = true;
  }

  field.addEventListener("input", filter);
  window.addEventListener("hashchange", openTarget);
  filter(); // a browser may have kept what was typed
  openTarget();
})();
