"""What an answer about a file is worth: exact, located, unknown or false.

The judge knows what is true about the file and compares numbers, not words: an explanation is
right where it gives the numbers of the implementation, on the inputs of the file and on others
that nobody has seen before. So two mistakes that compute the same are one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from .case import OTHER_SEED, computed, golden

EXACT, LOCATED, UNKNOWN, FALSE = "exact", "located", "unknown", "false"
TOLERANCE = {"float64": 1e-8, "float32": 2e-5, "rounded": 2e-5}


@dataclass
class Answer:
    """What was said of a file, in a form that can be judged.

    agrees: it says that the file is right. named: its findings that name what stands there; of:
    the equations, parameters or tensors that they are about. accused: those that it calls wrong
    without saying how. whole: whether it says that what is named explains every number. tensors:
    the arrays of the file by our names as it has read them; {} where it asserts nothing. evaluate:
    function(golden arrays) -> arrays of an implementation with all that is named; ties: the same
    for explanations that it calls as good. work: how much was tried for it, a count.
    """

    agrees: bool = False
    named: tuple = ()
    of: frozenset = frozenset()
    whole: bool = True
    ties: tuple = ()
    accused: frozenset = frozenset()
    tensors: dict = field(default_factory=dict)
    evaluate: Callable | None = None
    text: str = ""
    work: int = 0


def judge(case, answer):
    """(one of the four words, reason)."""
    if (fault := layout_fault(case, answer)) is not None:
        return FALSE, fault
    if answer.agrees:
        return (FALSE, "a wrong file is called right") if case.edits else (EXACT, "")
    if not answer.named and not answer.accused:
        return UNKNOWN, ""
    if not case.edits:
        return FALSE, "a right file is accused"
    if (fault := accusation_fault(case, answer)) is not None:
        return FALSE, fault
    if not answer.named:
        return LOCATED, ""
    found = explained(case, answer, answer.evaluate)
    if found is None:
        return unlike(case, answer)
    if len(found) == len(case.edits) and not answer.accused:
        return EXACT, ""
    if answer.accused or not answer.whole:
        return LOCATED, f"{len(found)} of {len(case.edits)} named"
    return FALSE, f"only {len(found)} of {len(case.edits)} named, and nothing else is said"


def unlike(case, answer):
    """The word for an explanation that does not give the numbers of some of the mistakes."""
    if any(explained(case, answer, tie) for tie in answer.ties):
        return LOCATED, "among several explanations that are called as good"
    wrong = wrong_equations(case)
    if not answer.whole and answer.of and (wrong is None or answer.of <= wrong):
        return LOCATED, "part of what is there is named, and no more is said"
    return FALSE, "what is named does not give these numbers"


def wrong_equations(case):
    """Names of what the mistakes make wrong; None: everything."""
    if any(not edit.equations for edit in case.edits):
        return None
    return {name for edit in case.edits for name in edit.equations}


def layout_fault(case, answer):
    """A tensor that was read otherwise than it is, or None."""
    tolerance = TOLERANCE[case.layout.dtype]
    stored = {**case.beside, **case.truth}
    for name, value in answer.tensors.items():
        if name not in stored:
            return f"{name} is asserted and not stored"
        if value.shape != stored[name].shape or off(value, stored[name]) > tolerance:
            return f"{name} is read in a wrong layout"
    return None


def accusation_fault(case, answer):
    """An equation that is called wrong and is right, or None."""
    wrong = wrong_equations(case)
    right = sorted(set(answer.accused) - wrong) if wrong is not None else []
    return f"{', '.join(right)} accused, right there" if right else None


def explained(case, answer, evaluate):
    """The edits of the case whose numbers are those of an explanation, most first; or None.

    They are compared on the inputs of the file and on others.
    """
    many = len(case.edits)
    part = answer.accused or not answer.whole
    for size in range(many, 0, -1) if part else (many,):
        for some in combinations(case.edits, size):
            if all(same(case, evaluate, some, seed) for seed in (case.seed, OTHER_SEED)):
                return some
    return None


def same(case, evaluate, edits, seed):
    """Whether what is named computes on these vectors what these edits do."""
    arrays = golden(case.cell, tuple(case.sizes.items()), seed)
    got, want = evaluate(arrays), computed(case.cell, arrays, edits)
    return all(off(got[n], want[n]) <= TOLERANCE["float64"] for n in case.names)


def off(got, want):
    """Largest deviation over the largest entry."""
    scale = float(np.max(np.abs(want), initial=0))
    return float(np.max(np.abs(got - want), initial=0)) / (scale or 1.0)
