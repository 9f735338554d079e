"""The head of a declaration: def LSTM(x, mask, /, h, c, *, W, b, dt=0.1)."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lstm_ref.derive.declare import algebra, refusals
from lstm_ref.derive.declare.equation import Given
from lstm_ref.derive.expressions import DeclarationError


class Annotation:
    """What a name of the head may be said to be: `d: scalar`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self):
        return self.name


scalar = Annotation("scalar")  # one number, not one a unit: an input, a family of parameters
fixed = Annotation("fixed")  # a family of parameters that are given, not learned
ANNOTATIONS = {kind.name: kind for kind in (scalar, fixed)}


@dataclass(frozen=True)
class Head:
    """Names in order. inputs: of every step; signals: inputs and those with an equation."""

    inputs: tuple[str, ...]
    signals: tuple[str, ...]
    families: tuple[str, ...]
    given: Given

    @property
    def constants(self) -> dict[str, float]:
        """The named numbers."""
        return dict(self.given.constants)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the head."""
        return (*self.signals, *self.families, *self.constants)


def head(function: Callable[..., None]) -> Head:
    """What the head of a declaration says. Raises DeclarationError."""
    names = list(inspect.signature(function).parameters.values())
    before = [p for p in names if p.kind == p.POSITIONAL_ONLY]
    signals = [p for p in names if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    after = [p for p in names if p.kind == p.KEYWORD_ONLY]
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in names):
        raise DeclarationError("expected named signals and families, got *")
    if not signals:
        raise DeclarationError(
            "no signals; the first one is the input, and one has the output: "
            f"def {function.__name__}(x, h, *, W, b)"
        )
    for p in signals:
        if p.default is not p.empty:
            raise DeclarationError(
                f"{p.name}={p.default!r:.40}: a signal has no default, its initial state is given "
                "to `forward`; a named number stands after the star: def "
                f"{function.__name__}(..., *, {p.name}={p.default!r:.40})"
            )
    inputs = before or signals[:1]
    families = [p for p in after if p.default is p.empty]
    constants = [(p.name, _value(p)) for p in after if p.default is not p.empty]
    kinds = {p.name: _kind(p, function) for p in names}
    _check(kinds, inputs, signals, [name for name, _ in constants])
    given = Given(
        tuple(p.name for p in inputs[1:]),
        tuple(name for name, kind in kinds.items() if kind is scalar),
        tuple(name for name, kind in kinds.items() if kind is fixed),
        tuple(constants),
    )
    found = Head(_names(inputs), _names(signals), _names(families), given)
    if (fault := refusals.names(found.signals, found.families, [*found.constants])) is not None:
        raise DeclarationError(fault)
    return found


def _names(parameters):
    return tuple(p.name for p in parameters)


def _value(parameter):
    """The number that a constant stands for."""
    try:
        node = algebra.number(parameter.default)
    except algebra.NoNumber as error:
        raise DeclarationError(f"{parameter.name}: {error}") from None
    if node is None:
        raise DeclarationError(
            f"{parameter.name}={parameter.default!r:.40}: what stands after the star with a value "
            f"is a named number, {parameter.name}=0.1; a family of parameters has none"
        )
    return int(parameter.default) if _whole(parameter.default) else float(parameter.default)


def _whole(value):
    return isinstance(value, numbers.Integral)


def _kind(parameter: inspect.Parameter, function: Any) -> Annotation | None:
    said: Any = parameter.annotation
    if said is parameter.empty:
        return None
    if isinstance(said, str):  # from __future__ import annotations
        said = ANNOTATIONS.get(said.rpartition(".")[2]) or function.__globals__.get(said, said)
    if not isinstance(said, Annotation):
        raise DeclarationError(
            f"{parameter.name}: {getattr(said, '__name__', said)}: expected scalar (one number and "
            "no vector) or fixed (given, not learned), from lstm_ref import fixed, scalar"
        )
    return said


def _check(kinds, inputs, signals, constants):
    """Where `scalar` and `fixed` may stand."""
    given, named = [p.name for p in inputs], [p.name for p in signals]
    for name, kind in kinds.items():
        if kind is None:
            continue
        if name in named and (kind is fixed or name not in given):
            cure = (
                "an input comes from outside anyway"
                if name in given
                else "whether it is a number or a vector follows from its equation"
            )
            raise DeclarationError(f"{name}: {kind}: {name} is a signal; {cure}")
        if name in constants:
            raise DeclarationError(f"{name}: {kind}: a number is both already; take {kind} out")
        if kind is scalar and name[0].isupper():
            raise DeclarationError(
                f"{name}: scalar: a capital letter makes matrices; a scalar has a small one"
            )
