"""How one gradient can be wrong by itself, when the error terms are as they are.

The error terms of all steps are given, right or not. A gradient is a sum over steps of them times
what the weight has seen; here are the ways to get that sum wrong, each with the numbers it gives.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.check import summands
from lstm_ref.derive import terms
from lstm_ref.derive.expressions import at, signals
from lstm_ref.mistakes import edits, evaluate, systematic, wording

# Of the error at an initial state, where the mistake is in the error terms alone.
RIGHT_AT_0 = "is computed without this mistake in the step from t = 1 back to t = 0"


class BackwardPass:
    """A backward pass with mistakes in its error terms, and what its sums are made of.

    tensors: gradients "dW_fx", "dx", "dh_0", error terms "delta_f", signals "f" and nets "net_f" as
    in golden vectors; gradient_names, forward_names: which of them are what. steps: parameter ->
    (T, n, m), the summands of its gradient.
    """

    def __init__(self, found, numbers, right, values, factors):
        self.right = right
        self.found, self.numbers, self.steps = evaluate.in_order(found), numbers, {}
        self.recipe = evaluate.edited(self.found, right)
        self.values, self.factors = values, factors
        if self.found and self.found[0].wrong == "forward":
            self.values, self.factors = numbers.values(self.found[0].forward), None
        capture = {n: self._capture(n) for n in numbers.params}
        capturing = self.recipe.but(sums=capture)
        self.deltas, self.gradients = self._backward(capturing)
        self.tensors = {f"d{n}": v for n, v in self.gradients.items()}
        self.gradient_names = list(self.tensors)
        self.tensors |= {f"delta_{n}": v for n, v in self.deltas.items()}
        forward = self._forward_values(
            values, [n for n, s in right.slopes.items() if s is not None]
        )
        self.forward_names = set(forward)
        self.tensors |= forward

    def _backward(self, changed):
        return evaluate.backward(self.found, changed, self.numbers, self.values, self.factors)

    def _capture(self, name):
        total = self.recipe.sums.get(name, lambda steps: steps.sum(axis=0))

        def keep(steps):
            self.steps[name] = steps
            return total(steps)

        return keep

    def _forward_values(self, right, with_net):
        """Signals and nets, (T, n, B); right ones where a wrong forward pass has none."""
        found = {}
        for name in self.numbers.cell.equations:
            found[name] = self.values[name][1:]
            if name in with_net:
                net = terms.net_name(name)
                found[f"net_{name}"] = (self.values if net in self.values else right)[net][1:]
        return found

    def variants(self, tensor: str) -> Iterator[tuple[str, Any]]:
        """Pairs (kind, numbers) for one tensor: what it would be, done wrong in one way."""
        if tensor.startswith("delta_"):
            yield from self._error_terms(tensor.removeprefix("delta_"))
        elif tensor == "dx":
            yield from self._passed_on("x", self.numbers.cell.input, (1, 2))
            yield "reversed", self.tensors[tensor][::-1]
        elif tensor[1:] in self.numbers.params:
            yield from self._parameter(tensor[1:])
        elif tensor in self.gradient_names:
            state = tensor[1:].removesuffix("_0")
            late = (t for t in self.right.terms[state] if t.lag)
            yield RIGHT_AT_0, sum(self._brought(t, tensor[1:]) for t in late)
            yield "after step 1", self.deltas[state][0]
            yield from self._passed_on(f"{state}_0", state, (1,))

    def _error_terms(self, name):
        slope = self.recipe.slopes.get(name)
        if slope is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                yield "at the activation", self.deltas[name] / self._factors()[slope][1:]
        yield "reversed", self.deltas[name][::-1]

    def _parameter(self, name):
        value, steps = self.gradients[name], self.steps.get(name)
        if steps is not None:
            yield "last step", steps[-1]
            yield "first step", steps[0]
            yield "without step 1", steps[1:].sum(axis=0)
            yield "without step T", steps[:-1].sum(axis=0)
        if value.shape[0] == value.shape[1] > 1:
            yield "transposed", value.T
        for other in self.numbers.params:
            if other != name and self.gradients[other].shape == value.shape:
                yield f"copy of ∂E/∂{other}", self.gradients[other]
        for kind, edit in self._slips(name):
            yield kind, self._backward(edit(self.recipe))[1][name]

    def _slips(self, name):
        """What the weight has seen, one step too late or too early, or without a factor."""
        for item, place in product(self.recipe.products.get(name, ()), ("v", "inner")):
            for other, kind in self._changed(item, place):
                swap = {item: replace(item, **{place: other})}
                yield kind, edits.products(name, lambda p, swap=swap: swap.get(p, p))
        for term in self.recipe.terms.get(name, ()):
            for other, kind in self._changed(term, "inner"):
                yield kind, edits.inner([edits.key(term)], lambda _, other=other: other)

    def _changed(self, item, place):
        """Pairs (expression, what is wrong with it) for a part of a product or term."""
        cell, expr = self.numbers.cell, getattr(item, place)
        for name, lag in signals(expr):
            if name != cell.input:
                other = expr.xreplace({at(name, lag): at(name, 1 - lag)})
                said = (wording.STYLE.signal(name, k) for k in (1 - lag, lag))
                yield other, "has {} for {}".format(*said)
        for rest, said in self._without(item, place):
            if place != "v" or rest.atoms(sympy.Indexed):  # a matrix must see something
                yield rest, f"lacks {said}"

    def _without(self, item, place):
        """Pairs (expression, what it lacks) for a part of a product or term."""
        expr = getattr(item, place)
        for gone, rest in systematic.without_one(expr):
            kind = "factor" if gone in sympy.Mul.make_args(expr) else "part"
            yield rest, f"the {kind} {wording.factor(self.numbers.cell, gone, item)}"

    def _passed_on(self, tensor, name, numbers):
        """So many of the terms left out of the sum that is passed on; the error terms stay."""
        terms = [t for t in self.recipe.terms[name] if (t.lag == 0) == (tensor == "x")]
        for gone in (g for n in numbers for g in combinations(terms, n) if n < len(terms)):
            texts = wording.listed(wording.summand(self.numbers.cell, t) for t in gone)
            rest = self.gradients[tensor] - sum(self._brought(t, tensor) for t in gone)
            yield f"lacks {texts}", rest
        if tensor == "x":
            yield from self._without_factors(terms)

    def _without_factors(self, terms):
        """Of the error at the input: one factor of one term forgotten."""
        for term, place in product(terms, ("inner", "outer")):
            others = self.gradients["x"] - self._brought(term, "x")
            text = wording.summand(self.numbers.cell, term)
            for rest, said in self._without(term, place):
                changed = self._brought(replace(term, **{place: rest}), "x")
                yield f"has {text} without {said}", others + changed

    def _brought(self, term, tensor):
        """What one term brings to the input, all steps, or to an initial state."""
        where = slice(1, len(self.numbers.x) + 1) if tensor == "x" else 1
        delta = {term.by: np.concatenate([self.deltas[term.by][:1], self.deltas[term.by]])}
        return summands.carry(self.recipe, term, delta, self._factors(), where)

    def _factors(self):
        if self.factors is None:
            cell, values = self.numbers.cell, self.values
            rows = {cell.letters[s]: values[s].shape[1] for s in (cell.input, *cell.equations)}
            self.factors = summands.Factors(values, len(self.numbers.x), rows)
        return self.factors
