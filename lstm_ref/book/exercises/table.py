"""Every exercise by its label; a chapter's module is imported when a label of it is asked for."""

import importlib.util
from importlib import import_module
from typing import Any

from lstm_ref.book.exercises.exercise import DECLARED, Exercise

# What the labels of a chapter begin with, after "ex-", and the module that declares them.
CHAPTERS = {
    "rnn": "rnn",
    "long": "long_dependencies",
    "gates": "gates",
    "forward": "forward",
    "bptt": "symbolic_bptt",
    "variants": "variants",
    "own": "your_own_cell",
    "check": "checking_gradients",
    "same": "elsewhere",
    "training": "training",
    "inside": "inside",
    "memory": "finite_memory",
    "again": "history",
    "odyssey": "odyssey",
}


def judge(label: str, answer: Any) -> str:
    """Judge a reader's answer to the exercise with this label.

    answer: a number, array, word, function, SymPy expression or declared cell, as it is asked;
    None for nothing yet.
    Returns a sentence: "right", "not answered yet", or why not. Raises ValueError for a label that
    no checked exercise has.
    """
    return find(label).judge(answer)


def find(label: str) -> Exercise:
    """The checked exercise with this label. Raises ValueError if there is none."""
    words = label.split("-") if isinstance(label, str) else []
    if len(words) > 1 and words[0] == "ex" and words[1] in CHAPTERS:
        known = of_chapter(words[1])
        if label in known:
            return known[label]
        raise ValueError(f"label: expected one of {', '.join(known)}; got {label!r}")
    starts = ", ".join(f"ex-{start}-..." for start in CHAPTERS)
    raise ValueError(f"label: expected {starts}; got {label!r}")


def of_chapter(start: str) -> dict[str, Exercise]:
    """label -> exercise of one chapter; start: what its labels begin with, "rnn"."""
    name = f"{__package__}.{CHAPTERS[start]}"
    if importlib.util.find_spec(name):
        import_module(name)
    return {label: one for label, one in DECLARED.items() if label.startswith(f"ex-{start}-")}


def everything() -> dict[str, Exercise]:
    """label -> exercise of all chapters."""
    return {label: one for start in CHAPTERS for label, one in of_chapter(start).items()}
