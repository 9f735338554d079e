"""A reader of printed formulas, plain text or LaTeX, that knows nothing of how they were made.

It reads what a mathematician would: juxtaposed things are multiplied as numbers or as matrices,
⊙ and / work unit by unit and demand equal shapes, ᵀ transposes, a column is a vector. What could be
read in two ways is an error: W x ⊙ y, for instance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from lstm_ref.derive.letters import indexed, split, text_letter

Tree: TypeAlias = tuple[Any, ...]
# (kind, name, time) -> a number, a column (n, 1) or a matrix (n, m).
Values: TypeAlias = Callable[[str, str, int], Any]

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ"
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")
WORDS = """tanh exp log sin cos sinh cosh atan relu step sign abs max min softplus logsigmoid
softmax sum mean norm diag""".split()
LATEX = [(r"\left(", "("), (r"\right)", ")"), (r"\bigl(", "("), (r"\bigr)", ")")]
LATEX += [(r"\sum_t", "Σ_t"), (r"\mathbf{1}", "𝟏"), (r"\odot", "⊙"), (r"\cdot", "·")]
LATEX += [(r"\top", "⊤"), (r"\pi", "π"), (r"\mathrm{e}", "ℯ"), (r"\varphi", "φ"), (r"\gamma", "γ")]
LATEX += [(r"\operatorname{log\sigma}", "logsigmoid"), (r"\arctan", "atan"), (r"\sigma", "σ")]
LATEX += [(rf"\operatorname{{{word}}}", word) for word in WORDS]
LATEX += [("\\" + word, word) for word in ("tanh", "exp", "log", "sinh", "cosh", "sin", "cos")]
LATEX += [(r"\max", "max"), (r"\min", "min"), (r"\frac", "frac"), (r"\sqrt", "√"), (r"\,", " ")]
LATEX += [(r"\lvert", "abs("), (r"\rvert", ")"), (r"\lVert", "norm("), (r"\rVert", ")")]
LETTERS = {"π": np.pi, "e": np.e, "ℯ": np.e, "φ": (1 + 5**0.5) / 2, "γ": np.euler_gamma}


class FormulaError(ValueError):
    """A formula that cannot be read, or that can be read in two ways."""


def lexicon(names: Mapping[str, str], latex: bool) -> dict[str, tuple[str, str, int]]:
    """Every letter of a cell as it is printed: text -> (kind, name, time).

    names: name -> "signal", or another kind, which has no time: "parameter". Times are relative
    to t; with a number for t they are counted from 0 and the kind has a "0" behind it.
    """
    found: dict[str, tuple[str, str, int]] = {}
    for name, kind in names.items():
        if kind != "signal":
            found[_timeless(name, latex)] = (kind, name, 0)
            continue
        for steps in (-1, 0, 1):
            when = "t" if steps == 0 else f"t{steps:+d}"
            for what in ("signal", "delta", "net"):
                found[_timed(what, name, when, latex)] = (what, name, steps)
                if steps >= 0:
                    found[_timed(what, name, str(steps), latex)] = (f"{what}0", name, steps)
    for steps in (0, 1):
        when = "t" if steps == 0 else f"t{steps:+d}"
        found[f"e_{when}" if steps == 0 else f"e_{{{when}}}"] = ("outside", "", steps)
    return found


def _timeless(name, latex):
    return indexed(*split(name)) if latex else name


def _timed(what, name, when, latex):
    if not latex:
        if what == "signal":
            return f"{text_letter(name)}_" + (when if len(when) == 1 else f"{{{when}}}")
        return f"{'δ' if what == 'delta' else 'net'}_{text_letter(name)},{when}"
    if what == "signal":
        letter, below = split(name)
        return indexed(letter, [*below, when])
    return indexed(r"\delta" if what == "delta" else r"\mathrm{net}", [indexed(*split(name)), when])


class Reader:
    """Reads one formula: `tree` is what it says."""

    def __init__(self, text: str, letters: Mapping[str, tuple[str, str, int]]) -> None:
        self.tokens = tokens(text, letters)
        self.at = 0
        self.tree = self._sum()
        if self.at < len(self.tokens):
            raise FormulaError(f"{text}: cannot read {self.tokens[self.at]!r}")

    def _next(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, wanted=None):
        token = self._next()
        if wanted is not None and token != wanted:
            raise FormulaError(f"expected {wanted!r}, got {token!r} in {self.tokens}")
        self.at += 1
        return token

    def _sum(self):
        sign, parts = 1, []
        if self._next() in ("−", "-"):
            self._take()
            sign = -1
        parts.append((sign, self._product()))
        while self._next() in ("+", "−", "-"):
            sign = 1 if self._take() == "+" else -1
            parts.append((sign, self._product()))
        return parts[0][1] if parts == [(1, parts[0][1])] else ("sum", *parts)

    def _product(self):
        if self._next() == "Σ_t":
            self._take()
            return ("over time", self._product())
        parts = [("", self._power())]
        while (token := self._next()) not in ("", "+", "−", "-", ")", "}", ",", "=", "Σ_t"):
            how = self._take() if token in ("⊙", "·", "/") else ""
            parts.append((how, self._power()))
        return parts[0][1] if len(parts) == 1 else ("product", *parts)

    def _power(self):
        base = self._atom()
        while True:
            token = self._next()
            if token == "ᵀ":
                self._take()
                base = ("transposed", base)
            elif token == "^":
                self._take()
                base = self._raised(base)
            else:
                return base

    def _raised(self, base):
        if self._next() == "⊤":
            self._take()
            return ("transposed", base)
        closing = {"(": ")", "{": "}"}.get(self._take())
        if closing is None:
            raise FormulaError(f"expected an exponent in brackets in {self.tokens}")
        exponent = self._sum()
        self._take(closing)
        return ("power", base, exponent)

    def _atom(self):
        token = self._take()
        if isinstance(token, tuple | float):
            return token if isinstance(token, tuple) else ("number", token)
        if token in ("(", "{"):
            inside = self._sum()
            self._take(")" if token == "(" else "}")
            return inside
        if token in ("𝟏", "I"):
            return ("ones" if token == "𝟏" else "unit", "", 0)
        if token in LETTERS:
            return ("number", LETTERS[token])
        if token == "frac":
            above, below = self._braced(), self._braced()
            return ("product", ("", above), ("/", below))
        if token == "√":
            return ("power", self._atom(), ("number", 0.5))
        if token == "σ" or token in WORDS:
            return self._call(token)
        raise FormulaError(f"cannot read {token!r} in {self.tokens}")

    def _braced(self):
        self._take("{")
        inside = self._sum()
        self._take("}")
        return inside

    def _call(self, word):
        power = None
        if self._next() == "^":
            self._take()
            power = self._braced()
        self._take("(")
        arguments = [self._sum()]
        while self._next() == ",":
            self._take()
            arguments.append(self._sum())
        self._take(")")
        call = ("call", word, *arguments)
        return call if power is None else ("power", call, power)


def tokens(text: str, letters: Mapping[str, tuple[str, str, int]]) -> list[Any]:
    """Letters of the cell, numbers, words and signs, in order."""
    signs = {**{latex: sign for latex, sign in LATEX}, **{word: word for word in WORDS}}
    signs |= {sign: sign for sign in "()+-−⊙·/,{}^=√ᵀσ𝟏πφγ"} | {
        one: one for one in ("Σ_t", "e", "⊤", "I")
    }
    longest = sorted({*letters, *signs}, key=len, reverse=True)
    found: list[Any] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] in "⁰¹²³⁴⁵⁶⁷⁸⁹":
            end = at
            while end < len(text) and text[end] in "⁰¹²³⁴⁵⁶⁷⁸⁹":
                end += 1
            found += ["^", "{", float(text[at:end].translate(DIGITS)), "}"]
            at = end
        elif number := NUMBER.match(text, at):
            found.append(float(number[0]))
            at = number.end()
        else:
            token = next((one for one in longest if _stands(text, at, one)), None)
            if token is None:
                raise FormulaError(f"cannot read {text[at : at + 20]!r} in {text}")
            found += _known(token, letters, signs)
            at += len(token)
    return found


def _stands(text, at, token):
    """Does this token stand here, and not the beginning of a longer name?"""
    if not text.startswith(token, at):
        return False
    after = text[at + len(token) : at + len(token) + 1]
    longer = after not in ("", *RAISED) and (after.isalnum() or after in ("_", "\u0303"))
    return not (token[-1].isalnum() and longer)


def _known(token, letters, signs):
    if token in letters:
        return [letters[token]]
    sign = signs[token]
    if sign == " ":
        return []
    if sign.endswith("(") and len(sign) > 1:
        return [sign[:-1], "("]
    return [sign]
