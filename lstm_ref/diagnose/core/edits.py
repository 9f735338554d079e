"""A mistake as data: one summand, slope, error that enters or gradient, and what stands there.

Places are tuples, so that they can be compared and sorted:

    ("term", s, k)      the k-th summand of ∂E/∂s in the table; s may be an input, a state's start
    ("slope", s)        the slope of the activation of s
    ("enter", s)        the error that enters at the output at every step, s = "e", or at the last
                        step at the state s
    ("error", s)        the error term of s, wherever it is read: `other` is read instead
    ("window", "e")     how many steps each error goes back: `weight`, and no further
    ("sum", P, k)       the k-th summand of the gradient of the parameter P
    ("start", s, k)     the k-th summand of the error at the initial state s, no other step
    ("result", N)       a finished tensor: "dW_fx", "dx", "h"
    ("forward", s)      the equation of a signal: inner is another net, other another activation
    ("state", s)        the initial state s; "all" of them, see `given`
    ("given", N)        an input, a parameter, "biases" or "gates" on the way in, see `given`
    ("scale", names)    one factor of several finished tensors
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lstm_ref.derive.tree import Node

Place = tuple[Any, ...]


@dataclass(frozen=True)
class Edit:
    """What stands at a place instead of the right thing.

    kind: a word for it, see `wording`. weight: the factor in front of the summand, 0 where it is
    missing. inner, outer: other factors, None where they are right. v: of a product, what stands in
    the place of v. flipped: W for Wᵀ. steps: where it is so, steps 1 to T; None for all.
    """

    place: Place
    kind: str
    weight: float = 1.0
    inner: Node | None = None
    outer: Node | None = None
    v: Node | None = None
    flipped: bool = False
    steps: tuple[int, ...] | None = None
    other: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """Sorts edits, and tells equal ones: everything but the word."""
        return (self.place, self.weight, repr(self.inner), repr(self.outer), repr(self.v),
                self.flipped, self.steps or (), self.other)  # fmt: skip
