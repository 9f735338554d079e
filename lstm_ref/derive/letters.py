"""How a name of Python looks on the page, and which letters the page keeps for itself.

MathJax knows a fixed list of commands, so only names of that list become one. A letter has one
place for everything below it: `W_a_b` is W with "a,b" below, since TeX refuses a second subscript.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

GREEK = {
    name: rf"\{name}"
    for name in (
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
        "upsilon phi chi psi omega varepsilon vartheta varkappa varpi varrho varsigma varphi "
        "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
    ).split()
}
# SymPy's spelling, for `lambda` is a word of Python; letters that look like Latin ones.
GREEK |= {"lamda": r"\lambda", "Lamda": r"\Lambda", "khi": r"\chi", "omicron": "o"}
GREEK |= {
    name: rf"\mathrm{{{letter}}}"
    for name, letter in zip(
        "Alpha Beta Epsilon Zeta Eta Iota Kappa Mu Nu Omicron Rho Tau Chi Khi".split(),
        "ABEZHIKMNOPTXX",
        strict=True,
    )
}
# As they may be typed in a name, of which Python keeps α, and c̃ as c with a mark behind it.
UNICODE = {
    unicodedata.lookup(f"GREEK {size} LETTER {word.upper().replace('LAMBDA', 'LAMDA')}"): word
    for word in GREEK
    if not word.startswith("var") and word.lower() not in ("lamda", "khi")
    for size in ["CAPITAL" if word[0].isupper() else "SMALL"]
} | {"Λ": "Lambda", "Χ": "Chi", "ς": "varsigma"}
MARKS = {"\u0303": "tilde", "\u0302": "hat", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot"}
MARKS |= {"\u0301": "acute", "\u0300": "grave", "\u030c": "check", "\u0306": "breve"}
OTHERS = {"ħ": r"\hbar", "ı": r"\imath", "ȷ": r"\jmath"}

# Letters that mean something else on the page; those of BEFORE with something below them too.
TAKEN = {
    "e": ("the error that enters at the output from outside", "a"),
    "E": ("the error, as in ∂E/∂W", "A"),
    "S": ("the matrix that spreads gates over a block", "s"),
    "Sigma": ("the sum over steps", "s"),
    "t": ("the step", "a"),
    "delta": ("the error term", "d"),
    "net": ("the weighted input", "a"),
}
BEFORE = {
    "delta": ("the error term of {}", "d_{}"),
    "net": ("the weighted input of {}", "a_{}"),
}
DIGITS = "0123456789"


@cache
def functions() -> frozenset[str]:
    """Words of the language, which are names on the page too."""
    from lstm_ref.derive import expressions  # printing needs no SymPy

    others = ("mean", "sum", "softmax", "norm", "dot", "outer", "sqrt", "diag", "spread")
    return frozenset({*expressions.FUNCTIONS.values(), *others})


def taken(name: str) -> tuple[str, str] | None:
    """What a name means on the page already, and another one to use: a pair, or None.

    What counts is how it looks there: e_ looks like e, and delta1 like the error term of 1.
    """
    parts = [part for part in name.split("_") if part]
    base = parts[0].rstrip(DIGITS) if parts else ""
    word, rest = UNICODE.get(base, base), [parts[0][len(base) :], *parts[1:]] if parts else []
    below = "_".join(filter(None, rest))
    if below and word in BEFORE:
        meaning, other = BEFORE[word]
        return meaning.format(below), other.format(below)
    if below:
        return None
    return (f"the function {word}", "a") if word in functions() else TAKEN.get(word)


def latex_letter(name: str) -> str:
    """c_tilde -> \\tilde{c}, alpha -> \\alpha, c1 -> c_{1}, gate -> \\mathrm{gate}."""
    return indexed(*split(name))


def indexed(letter: str, below: Sequence[str]) -> str:
    """A letter with everything that stands below it: c and ["1", "t"] -> c_{1,t}."""
    index = ",".join(below)
    if not index:
        return letter
    return f"{letter}_{index}" if len(index) == 1 else f"{letter}_{{{index}}}"


def split(name: str) -> tuple[str, list[str]]:
    """A name as its letter in LaTeX and what stands below: gate1_eta -> \\mathrm{gate}, [1, \\eta].

    A tilde belongs to the part before it.
    """
    parts = [part for part in name.split("_") if part] or [r"\_"]
    base = parts[0].rstrip(DIGITS) or parts[0]
    letter = _letter(base) or (base if len(base) == 1 else rf"\mathrm{{{base}}}")
    if parts[1:2] == ["tilde"]:
        letter, parts = rf"\tilde{{{letter}}}", [parts[0], *parts[2:]]
    below = [digits] if (digits := parts[0][len(base) :]) else []
    for part in parts[1:]:
        if part == "tilde" and below:
            below[-1] = rf"\tilde{{{below[-1]}}}"
        else:
            word = part.isalpha() and len(part) > 2  # w_decay; fh are two letters, of f and of h
            below.append(_letter(part) or (rf"\mathrm{{{part}}}" if word else part))
    return letter, below


def _letter(part):
    """A part of a name that is Greek or not ASCII, by commands: Δt -> \\mathrm{\\Delta t}."""
    if part.isascii():
        return GREEK.get(part)
    pieces: list[str] = []
    for c in unicodedata.normalize("NFD", part):
        if c in MARKS:
            pieces[-1] = rf"\{MARKS[c]}{{{pieces[-1]}}}"
        else:
            pieces.append(OTHERS.get(c) or GREEK.get(UNICODE.get(c, c), c))
    text = " ".join(pieces)  # TeX sets no spaces of mathematics
    return pieces[0] if len(pieces) == 1 else rf"\mathrm{{{text}}}"


def unknown(name: str) -> str | None:
    """The first character of a name that LaTeX has no letter for, or None."""
    before = "_"
    for c in unicodedata.normalize("NFD", name):
        known = before != "_" if c in MARKS else c.isascii() or c in UNICODE or c in OTHERS
        if not known:
            return c
        before = c
    return None


def look(name: str) -> str:
    """What a name looks like on the page: of c̃ and c_tilde, μ and mu, A and Alpha the same."""
    return re.sub(r"\\mathrm\{(.)\}", r"\1", latex_letter(name))


def text_letter(name: str) -> str:
    """A signal in plain text: c_tilde as c with a tilde."""
    return f"{name[0]}\u0303" if name[1:] == "_tilde" else name
