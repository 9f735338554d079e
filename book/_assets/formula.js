/* Judges a formula that is typed below an exercise, as lstm_ref.book.exercises.formula judges it: read
   by the rules below, never evaluated as a program, and compared with the right one at random
   points. A classic script: modules are blocked on file:// pages. */
(function () {
  "use strict";
  const LONGEST = 500, POINTS = 12;
  const sigma = (u) => 1 / (1 + Math.exp(-u));
  const FUNCTIONS = { sigma, sigmoid: sigma, "σ": sigma, tanh: Math.tanh, exp: Math.exp, log: Math.log,
    sqrt: Math.sqrt, abs: Math.abs };
  const SIGNS = { "−": "-", "–": "-", "·": "*", "⊙": "*", "×": "*", "^": "**" };
  const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|[-+*/@()[\].,]))/iuy;
  const MISSING = "not a formula: is a sign or a bracket missing?";
  const STEPS = "steps are [t], [t - 1] and [t + 1]";

  class Unreadable extends Error {}

  function tokens(text) {
    if (text.length > LONGEST) throw new Unreadable(`it is longer than ${LONGEST} letters`);
    const plain = text.trim().replace(/[−–·⊙×^]/g, (sign) => SIGNS[sign])
      .replaceAll("δ", "delta").replaceAll("c̃", "c_tilde");
    const found = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < plain.length) {
      const match = TOKEN.exec(plain);
      if (!match) throw new Unreadable(MISSING);
      found.push({ number: match[1], name: match[2], sign: match[3] });
    }
    return found;
  }

  /* Reads a text to a function point -> number; `letters` gathers what occurs. */
  class Reader {
    constructor(text, known) {
      this.rest = tokens(text);
      this.known = known;
      this.letters = new Set();
      this.value = this.sum();
      if (this.rest.length) throw new Unreadable(MISSING);
    }

    is(...signs) {
      return this.rest.length > 0 && signs.includes(this.rest[0].sign);
    }

    take(sign) {
      if (!this.is(sign)) throw new Unreadable(MISSING);
      this.rest.shift();
    }

    sum() {
      let left = this.product();
      while (this.is("+", "-")) {
        const { sign } = this.rest.shift(), a = left, b = this.product();
        left = sign === "+" ? (p) => a(p) + b(p) : (p) => a(p) - b(p);
      }
      return left;
    }

    product() {
      let left = this.signed();
      while (this.is("*", "/", "@")) {
        const { sign } = this.rest.shift(), a = left, b = this.signed();
        if (sign === "@") throw new Unreadable("for one unit every product is written with *");
        left = sign === "*" ? (p) => a(p) * b(p) : (p) => a(p) / b(p);
      }
      return left;
    }

    signed() {
      if (!this.is("+", "-")) return this.power();
      const { sign } = this.rest.shift(), a = this.signed();
      return sign === "-" ? (p) => -a(p) : a;
    }

    power() {
      const base = this.atom();
      if (!this.is("**")) return base;
      this.take("**");
      const exponent = this.signed(); // from the right, as in Python
      return (p) => Math.pow(base(p), exponent(p));
    }

    atom() {
      if (this.is("(")) {
        this.take("(");
        const inside = this.sum();
        this.take(")");
        return inside;
      }
      const token = this.rest.shift();
      if (!token || token.sign) throw new Unreadable(MISSING);
      if (token.number !== undefined) return this.number(Number(token.number));
      if (this.is("(")) return this.called(token.name);
      return this.letter(token.name);
    }

    number(value) {
      if (!isFinite(value)) throw new Unreadable("it contains NaN or infinity");
      return () => value;
    }

    called(name) {
      if (!Object.hasOwn(FUNCTIONS, name)) {
        throw new Unreadable(`${name}(...) is not known; functions are ${Object.keys(FUNCTIONS).join(", ")}`);
      }
      this.take("(");
      const inside = this.sum();
      this.take(")");
      return (p) => FUNCTIONS[name](inside(p));
    }

    /* f[t], w_oc, w.oc; the step t may be left out. */
    letter(name) {
      if (this.is("[")) name += this.step();
      else if (this.is(".")) {
        this.take(".");
        const part = this.rest.shift();
        if (!part || !part.name) throw new Unreadable(MISSING);
        name = `${name}_${part.name}`;
      } else if (this.known && !this.known.includes(name) && this.known.includes(`${name}[t]`)) name += "[t]";
      if (this.known && !this.known.includes(name)) throw new Unreadable(`${name} is no letter of this answer`);
      this.letters.add(name);
      return (p) => p[name];
    }

    step() {
      this.take("[");
      const t = this.rest.shift();
      if (!t || t.name !== "t") throw new Unreadable(STEPS);
      if (this.is("]")) return this.rest.shift(), "[t]";
      const sign = this.is("+", "-") ? this.rest.shift().sign : "";
      const lag = this.rest.shift();
      if (!sign || !lag || lag.number !== "1" || !this.is("]")) throw new Unreadable(STEPS);
      this.take("]");
      return `[t ${sign} 1]`;
    }
  }

  /* Numbers between 0.1 and 0.9, either sign; the same for everybody. */
  function points(letters) {
    let state = 1;
    const next = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 4294967296; };
    const drawn = () => (next() < 0.5 ? -1 : 1) * (0.1 + 0.8 * next());
    return Array.from({ length: POINTS }, () => Object.fromEntries(letters.map((name) => [name, drawn()])));
  }

  /* "right", or what differs; got and want: Readers. */
  function compare(got, want, tol) {
    const letters = [...new Set([...got.letters, ...want.letters])].sort();
    const pairs = points(letters).map((p) => [got.value(p), want.value(p)]).filter((pair) => isFinite(pair[1]));
    if (pairs.length && pairs.every(([g, w]) => Math.abs(g - w) <= tol * (Math.abs(w) || 1))) return "right";
    const strangers = [...got.letters].filter((name) => !want.letters.has(name)).sort();
    if (strangers.length) return `not right: ${strangers.join(", ")} should not be in it`;
    if (got.letters.size < want.letters.size) return "not right: it does not depend on everything that it should";
    const ratios = pairs.map(([g, w]) => g / w);
    if (ratios.every((ratio) => Math.abs(ratio + 1) < 1e-9)) return "not right: the sign is wrong";
    if (ratios.every((ratio) => Math.abs(ratio - ratios[0]) < 1e-9)) return "not right: off by a constant factor";
    return "not right: its value differs";
  }

  /* data: {right, wrong: [[formula, hint]], letters, tol}, as lstm_exercises.py writes them. */
  window.judgeFormula = function (text, data) {
    let got;
    try {
      got = new Reader(text, data.letters);
    } catch (reason) {
      if (reason instanceof Unreadable) return reason.message;
      throw reason;
    }
    const says = compare(got, new Reader(data.right), data.tol);
    if (says === "right") return says;
    const known = data.wrong.find((pair) => compare(got, new Reader(pair[0]), data.tol) === "right");
    return known ? `not right. ${known[1]}` : says;
  };
})();
