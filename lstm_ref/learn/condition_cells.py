"""The cells of the experiments by the names that their settings use."""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial
from typing import Any

from lstm_ref.cells import lstm
from lstm_ref.cells.resolve import resolve
from lstm_ref.learn import experiments, gate_functions


def cell_of(name: str) -> tuple[Any, Callable[..., Any]]:
    """(cell, function init) for the name of a cell in the settings.

    A name of WRONG, of GATED, of `dial`, "LSTM with" a known mistake, or one that `resolve` takes.
    """
    if name in gate_functions.GATED:
        return gate_functions.module(name), partial(gate_functions.init, name)
    if name.startswith("LSTM with "):
        return mistaken(name.removeprefix("LSTM with ")), lstm.init
    if name in experiments.WRONG:
        cell = truncated(name)
    else:
        cell = made_up(name) if name in ("DIAL", "STOPS") else resolve(name, fastest=True)
    return cell, cell.init


@functools.cache
def truncated(kind: str) -> Any:
    """The LSTM with a wrong gradient, derived: "LSTM without carousel" or "LSTM carousel only".

    Without the carousel nothing goes back from c_t to c_{t-1} directly: the mistake of much
    copied code. With the carousel only, nothing else goes back in time: the truncation of
    Hochreiter & Schmidhuber 1997.
    """
    from lstm_ref.derive import catalogue
    from lstm_ref.derive.codegen import numpy_code  # loads SymPy

    def carousel(term):
        return (term.of, term.by, term.lag) == ("c", "c", 1)

    def others(term):
        return term.lag == 1 and not carousel(term)

    drop = {"LSTM without carousel": carousel, "LSTM carousel only": others}[kind]
    name = kind.upper().replace(" ", "_")
    return numpy_code.compiled(catalogue.LSTM.truncated(name, drop))


@functools.cache
def made_up(name: str) -> Any:
    """A cell of chapter 7, compiled."""
    from lstm_ref.derive.codegen import numpy_code  # loads SymPy
    from lstm_ref.learn import dial

    return numpy_code.compiled(getattr(dial, name))


@functools.cache
def mistaken(name: str) -> Any:
    """The LSTM with a known mistake in its gradient, derived."""
    from lstm_ref.mistakes import known  # loads SymPy

    return known.module_with(known.find(name))
