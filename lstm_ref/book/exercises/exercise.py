"""One exercise: the right answer, plausible wrong ones with a hint each, and what to say.

    @exercise("ex-forward-count", wrong={91136: "Where are the biases?"})
    def count():
        return params.count(lstm.init(np.random.default_rng(0), 50, 128))

The function gives the right answer and is called when an answer is judged, not before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lstm_ref.book.exercises.cells import same_cell
from lstm_ref.book.exercises.verdict import NOT_YET, verdict

Pairs = Sequence[tuple[Any, str]]
Wrong = Mapping[Any, str] | Pairs | Callable[[], Mapping[Any, str] | Pairs]
Inputs = Sequence[tuple[int, ...]] | Callable[[np.random.Generator], tuple[Any, ...]]
LONGEST_TUPLE = 6

DECLARED: dict[str, "Exercise"] = {}


@dataclass(frozen=True)
class Exercise:
    """What `exercise` was given; `find` it in `lstm_ref.book.exercises.table` by its label."""

    label: str
    solve: Callable[[], Any]
    wrong: Wrong
    tol: float = 1e-6
    inputs: Inputs | None = None
    check: Callable[[Any], str] | None = None

    @cached_property
    def right(self) -> Any:
        """The right answer, or one of them; computed once."""
        return self.solve()

    @cached_property
    def pairs(self) -> list[tuple[Any, str]]:
        """Wrong answers with their hints."""
        wrong = self.wrong() if callable(self.wrong) else self.wrong
        return list(wrong.items() if isinstance(wrong, Mapping) else wrong)

    @property
    def can_be_typed(self) -> bool:
        """Is the answer a word, a formula, a number or a few numbers, which a field can take?"""
        if self.check or self.inputs is not None:
            return False
        if isinstance(self.right, str) or self.is_formula:
            return True
        if not isinstance(self.right, float | int | tuple | list | np.ndarray | np.generic):
            return False
        right = np.asarray(self.right)
        return right.dtype.kind in "biuf" and right.ndim <= 1 and 1 <= right.size <= LONGEST_TUPLE

    @property
    def is_formula(self) -> bool:
        """Is the answer a formula that is typed, see `formula`?"""
        return hasattr(self.right, "text")

    @cached_property
    def letters(self) -> set[str]:
        """The letters that a formula may have, those of the right and wrong ones."""
        letters: set[str] = self.right.letters(*(answer for answer, _ in self.pairs))
        return letters

    def judge(self, answer: Any) -> str:
        """A sentence: "right", "not answered yet", or why not, with the hint if there is one."""
        if answer is None:
            return NOT_YET
        says = self.check(answer) if self.check else self._compare(answer, self.right)
        if says == "right":
            return says
        hints = (hint for wrong, hint in self.pairs if self._compare(answer, wrong) == "right")
        hint = next(hints, None)
        return f"not right. {hint}" if hint else says

    def _compare(self, answer, with_what):
        if hasattr(with_what, "equations"):
            return same_cell(answer, with_what, self.tol)
        if self.is_formula:
            return with_what.verdict(answer, self.tol, self.letters)
        if isinstance(with_what, str):
            return same_word(answer, with_what)
        return verdict(answer, with_what, self.tol, inputs=self.inputs)


def same_word(answer: Any, right: str) -> str:
    """Compare words, capitals and blanks aside; returns a sentence, "right" if the same."""
    if not isinstance(answer, str):
        return f"not a word: {type(answer).__name__}"
    same = "".join(answer.split()).lower() == "".join(right.split()).lower()
    return "right" if same else "not right"


def exercise(
    label: str,
    *,
    wrong: Wrong,
    tol: float = 1e-6,
    inputs: Inputs | None = None,
    check: Callable[[Any], str] | None = None,
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Declare the exercise that has this label on the page; decorates what gives the right answer.

    wrong: at least three plausible wrong answers, each with a hint that does not give the right
    one away: {answer: hint}; a list of (answer, hint) for arrays, functions and cells; or a
    function without arguments that gives one of them, where they are computed.
    The right answer is a number, a tuple or array of numbers, a word, a function (then `inputs`
    are needed), a `formula.Formula`, a SymPy expression, or a declared cell.
    tol, inputs: see `verdict`.
    check: for an exercise with many right answers. A function answer -> sentence that returns
    "right" if it is; the decorated function gives one right answer.
    Raises ValueError for a label that another function has.
    """

    def declare(solve):
        before = DECLARED.get(label)
        if before and _name(before.solve) != _name(solve):
            raise ValueError(f"label: {label} is taken by {'.'.join(_name(before.solve))}")
        DECLARED[label] = Exercise(label, solve, wrong, tol, inputs, check)
        return solve

    return declare


def _name(function):
    return function.__module__, function.__qualname__
