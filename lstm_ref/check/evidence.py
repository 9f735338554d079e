"""What a contract asks about, worked out once: a cell's results, and what each witness says.

A witness that cannot follow a forward pass must not be taken for one that contradicts it. So each
says why it cannot. Central differences, which need nothing but numbers, tell whether an exact
witness has lost track without an error: it is believed where they do not contradict it.
"""

import copy
import warnings
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from lstm_ref.check import witnesses
from lstm_ref.check.errors import relative
from lstm_ref.check.witnesses import Errors
from lstm_ref.optional import pip
from lstm_ref.types import Arrays, CellLike, Params

BY_DIFFERENCES = 1e-6  # tolerance of central differences: their own error is near 1e-9
LOST = 1e-5  # beyond it, a witness and a difference speak of two functions
EXACT = ("autograd", "complex step")


class NotRun(Exception):
    """A check cannot be made, or a witness cannot follow; the message says why."""


# What goes wrong inside a witness (a part of its message) -> what the forward pass probably does.
LIKELY = {
    "autograd": (
        ("setting an array element", "writes into an array, H[t] = h; collect in a list and stack"),
        ("real number, not", "casts to a number with float() or math"),
        ("__array_ufunc__", "writes in place, out= or +="),
        ("output array is not acceptable", "writes in place, out="),
        ("got object", "puts what autograd follows into an array, as np.array or np.stack do"),
        ("from dtype('O')", "copies into an array of numbers"),
        ("has no attribute", "uses a method that arrays have and autograd's do not"),
    ),
    "complex step": (
        ("ComplexWarning", "drops imaginary parts: arrays of dtype float, or a cast"),
        ("Cannot cast", "writes in place into arrays of dtype float"),
        ("output array is not acceptable", "writes in place into arrays of dtype float"),
        ("complex", "does not accept complex numbers"),
    ),
}


def reason(witness: str, error: Exception) -> str:
    """Why a witness cannot follow, in words: the likely cause, then what was raised."""
    raised = f"{type(error).__name__}: {error}".splitlines()[0][:120]
    causes = (cause for part, cause in LIKELY[witness] if part in raised)
    cause = next(causes, "does what the witness does not know")
    return f"{witness} cannot follow: the forward pass probably {cause} ({raised})"


class Evidence:
    """A cell on one random problem. cell: anything with SHAPES, STATES, forward and backward.

    seed, T, B, D, H: of `witnesses.problem`. Everything is computed when it is first asked for.
    """

    def __init__(
        self,
        cell: CellLike,
        name: str,
        seed: int = 0,
        *,
        T: int = 5,
        B: int = 3,
        D: int = 4,
        H: int = 6,
    ) -> None:
        self.cell, self.name, self.seed = cell, name, seed
        self._said: dict[str, Arrays | NotRun] = {}
        self.sizes: dict[str, Any] = {"T": T, "B": B, "D": D, "H": H}

    @cached_property
    def _drawn(self):
        rng = np.random.default_rng(self.seed)
        tensors, errors = witnesses.problem(self.cell, rng, **self.sizes)
        return tensors, errors, rng

    @property
    def tensors(self) -> Arrays:
        """The parameters, x and the initial states, as the witnesses name them."""
        return self._drawn[0]

    @property
    def errors(self) -> Errors:
        """The errors dh and dstate_T."""
        return self._drawn[1]

    def other(self, **sizes: int) -> "Evidence":
        """The same cell on another problem."""
        return Evidence(self.cell, self.name, self.seed + 1, **{**self.sizes, **sizes})

    def run(self, tensors: Params | None = None, errors: Errors | None = None) -> SimpleNamespace:
        """Forward and backward on copies: h, state_T, gradients; params, x, ... as they were left.

        gradients: dict like the tensors that are learned. Raises whatever the cell raises.
        """
        given = self.tensors if tensors is None else tensors
        params, x, state0 = copy.deepcopy(witnesses.split(self.cell, given))
        left = copy.deepcopy(self.errors if errors is None else errors)
        h, state_T, tape = self.cell.forward(params, x, state0)
        h, state_T = copy.deepcopy((h, state_T))  # backward may write into them
        found = self.cell.backward(params, tape, left["dh"], left["dstate_T"])
        dparams, dx, dstate0 = copy.deepcopy(found)
        names = self.cell.STATES
        starts = {f"{s}_0": value for s, value in zip(names, state0, strict=True)}
        ends = {f"d{s}_T": value for s, value in zip(names, left["dstate_T"], strict=True)}
        gradients = witnesses.gathered(self.cell, dparams, dx, dstate0)
        own = x if isinstance(x, dict) else {"x": x}
        arguments = {**params, **own, **starts, "dh": left["dh"], **ends}
        return SimpleNamespace(h=h, state_T=state_T, gradients=gradients, arguments=arguments)

    @cached_property
    def first(self) -> SimpleNamespace:
        """The results of the first run."""
        return self.run()

    @cached_property
    def results(self) -> SimpleNamespace:
        """`first`, for checks that say nothing of it where it fails: NotRun."""
        try:
            return self.first
        except Exception as error:
            raise NotRun("forward and backward do not run, see the check 'shapes'") from error

    # ---- the witnesses

    @cached_property
    def _functional(self):
        E = witnesses.functional(self.cell, self.errors)
        return E, E(self.tensors)

    @cached_property
    def differences(self) -> tuple[Arrays, dict[str, float]]:
        """(directions, slopes) of `witnesses.by_differences`."""
        return witnesses.by_differences(self.cell, self.tensors, self.errors, self._drawn[2])

    @cached_property
    def entries(self) -> Arrays:
        """The central difference of every entry, dict like the tensors."""
        return witnesses.by_entry_differences(self.cell, self.tensors, self.errors)

    def _by_autograd(self):
        try:
            from autograd import value_and_grad
        except ImportError:
            raise NotRun(f"autograd is not installed: {pip('autograd')}") from None
        E, plain = self._functional
        with warnings.catch_warnings():
            # Of an output without a way back to the tensors autograd only warns.
            warnings.filterwarnings("error", message=".*independent of input")
            try:
                moving = {name: self.tensors[name] for name in witnesses.learned(self.cell)}
                value, found = value_and_grad(lambda m: E({**self.tensors, **m}))(moving)
            except Exception as error:
                raise NotRun(reason("autograd", error)) from error
        return self._same_pass("autograd", value, plain, dict(found))

    def _by_complex_step(self):
        E, plain = self._functional
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            try:
                value = E({n: v.astype(complex) for n, v in self.tensors.items()})
                found = witnesses.by_complex_step(self.cell, self.tensors, self.errors)
            except Exception as error:
                raise NotRun(reason("complex step", error)) from error
        return self._same_pass("complex step", np.real(value), plain, found)

    def _same_pass(self, witness, value, plain, found):
        if not relative(value, plain) <= BY_DIFFERENCES:
            raise NotRun(f"{witness} sees another forward pass: E is {value:.9g}, not {plain:.9g}")
        return found

    def exact(self, witness: str) -> Arrays | NotRun:
        """The gradients by one of EXACT, or the NotRun that says why it is silent."""
        if witness not in self._said:
            ask = self._by_autograd if witness == "autograd" else self._by_complex_step
            try:
                self._said[witness] = self._believed(witness, ask())
            except NotRun as why:
                self._said[witness] = why
        return self._said[witness]

    def _believed(self, witness, gradients):
        lost = self.contradicted(gradients, LOST)
        if lost:
            raise NotRun(
                f"{witness} has lost track of the forward pass: central differences contradict "
                f"its gradient of {lost} (comparisons, abs or casts may hide a way from it)"
            )
        return gradients

    def contradicted(self, gradients: Params, tol: float) -> str | None:
        """The first tensor whose gradient a central difference contradicts, or None.

        tol: relative to the norm of the gradient, the largest that a slope can be.
        """
        directions, slopes = self.differences
        for name, gradient in gradients.items():
            along = np.sum(gradient * directions[name])
            scale = max(float(np.linalg.norm(gradient)), abs(slopes[name]), LOST)
            if not abs(along - slopes[name]) <= tol * scale:
                return name
        return None

    def witness(self, name: str) -> tuple[Arrays, float, str]:
        """(gradients, tolerance at least, how the text calls it) of a witness, or NotRun.

        name: one of EXACT, or "differences": along a random direction for each tensor; entry by
        entry where neither of the exact ones can speak.
        """
        _ = self.results
        if name in EXACT:
            said = self.exact(name)
            if isinstance(said, NotRun):
                raise said
            return said, 0.0, "autograd" if name == "autograd" else "the complex step"
        if all(isinstance(self.exact(witness), NotRun) for witness in EXACT):
            return self.entries, BY_DIFFERENCES, "the central difference"
        directions, slopes = self.differences
        along = {n: np.asarray(slope)[None] for n, slope in slopes.items()}
        return along, BY_DIFFERENCES, "the central difference along a random direction"
