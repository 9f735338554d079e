/* A field below an exercise whose answer is a formula, a number, a few numbers or a word; it is judged here as
   lstm_ref.book.exercises judges it. A classic script: modules are blocked on file:// pages. */
(function () {
  "use strict";
  var NUMBER = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?";
  var WHOLE = new RegExp("^(" + NUMBER + ")(?:/(" + NUMBER + "))?$", "i");

  function decoded(text) {
    var bytes = Uint8Array.from(atob(text), function (letter) { return letter.charCodeAt(0); });
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  function readNumber(text) {
    var found = WHOLE.exec(text);
    if (!found) return null;
    return Number(found[1]) / (found[2] === undefined ? 1 : Number(found[2]));
  }

  /* Numbers as Python writes them, brackets or none; also 91,648 and 2/3. A sentence if it fails. */
  function read(text, right) {
    var plain = text.trim().replace(/[\u2212\u2013]/g, "-");
    if (typeof right === "string") return plain;
    if (!Array.isArray(right) && /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) {
      plain = plain.replace(/,/g, "");
    }
    var bare = plain.replace(/^[([]\s*/, "").replace(/\s*,?\s*[)\]]$/, "");
    var parts = bare.split(/\s*[,;]\s*|\s+/).filter(Boolean);
    var numbers = parts.map(readNumber);
    var bad = parts[numbers.indexOf(null)];
    if (bad !== undefined) return { says: "not a number: " + bad };
    var want = Array.isArray(right) ? right.length : 1;
    if (numbers.length !== want) {
      return { says: (want === 1 ? "one number is" : want + " numbers are") + " asked for, this is " + numbers.length };
    }
    if (!numbers.every(isFinite)) return { says: "it contains NaN or infinity" };
    return Array.isArray(right) ? numbers : numbers[0];
  }

  function compare(answer, right, tol) {
    if (typeof right === "string") {
      var same = typeof answer === "string" &&
        answer.replace(/\s/g, "").toLowerCase() === right.replace(/\s/g, "").toLowerCase();
      return same ? "right" : "not right";
    }
    var got = [].concat(answer), want = [].concat(right);
    if (Array.isArray(answer) !== Array.isArray(right) || got.length !== want.length) return "not right";
    var scale = Math.max.apply(null, want.map(Math.abs)) || 1;
    var wrong = got.map(function (value, k) { return Math.abs(value - want[k]) > tol * scale; });
    var count = wrong.filter(Boolean).length;
    if (!count) return "right";
    if (!Array.isArray(right)) return "not right: too " + (answer > right ? "large" : "small");
    return "not right: " + count + " of " + want.length + " entries, the first at [" + wrong.indexOf(true) + "]";
  }

  function judge(text, data) {
    if (!text.trim()) return "not answered yet";
    if (data.letters) return window.judgeFormula(text, data); // of formula.js, on pages that need it
    var answer = read(text, data.right);
    if (answer.says) return answer.says;
    var says = compare(answer, data.right, data.tol);
    if (says === "right") return says;
    var known = data.wrong.find(function (pair) {
      return compare(answer, pair[0], data.tol) === "right";
    });
    return known ? "not right. " + known[1] : says;
  }

  function asked(right, letters) {
    if (letters) return "Your answer, a formula";
    if (typeof right === "string") return "Your answer, a word";
    if (!Array.isArray(right)) return "Your answer, a number";
    return "Your answer, " + right.length + " numbers with commas between";
  }

  function element(name, attributes, text) {
    var made = document.createElement(name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text) made.textContent = text;
    return made;
  }

  function addField(box) {
    var data = decoded(box.dataset.answer);
    var id = "answer-" + box.dataset.exercise;
    var form = element("form", {});
    var field = element("input", { id: id, type: "text", autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", "aria-describedby": id + "-says" });
    var says = element("p", { id: id + "-says", role: "status" });
    if (data.letters) field.dataset.formula = ""; // a wide one
    form.append(element("label", { "for": id }, asked(data.right, data.letters)), field,
      element("button", { type: "submit" }, "Check"), says);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var text = judge(field.value, data);
      says.dataset.right = text === "right" ? "yes" : "no";
      says.textContent = text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
    });
    field.addEventListener("input", function () { says.textContent = ""; });
    box.prepend(form);
  }

  document.querySelectorAll(".answer[data-answer]").forEach(addField);
})();
