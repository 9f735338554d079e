"""What tests of `diagnose` share: vectors of each cell, and what a mistake makes of them."""

from lstm_ref.derive import catalogue
from lstm_ref.diagnose import diagnose
from lstm_ref.interop import vectors
from lstm_ref.mistakes import known

GATES = "fico"


def golden(name, found={}):  # noqa: B006, kept on purpose: vectors of each cell, made once
    if name not in found:
        cell = catalogue.find(name)
        found[name] = vectors.make(
            name, T=5, B=3, D=6 if cell.letters[cell.input] == "H" else 4, H=6
        )
    return found[name]


def given_to(name):
    """Parameters, x, initial states and errors of the vectors."""
    cell, (_, right) = catalogue.find(name), golden(name)
    params = {n: right[n] for n in (*cell.matrices, *cell.vectors)}
    states = tuple(right[f"{s}_0"] for s in cell.states)
    last = tuple(right[f"e_{s}_T"] for s in cell.states)
    return params, right["x"], states, {"dh": right["e"], "dstate_T": last}


def gradients_of(name):
    return {n: v for n, v in golden(name)[1].items() if n[0] == "d" and not n.startswith("delta_")}


def planted(mistake):
    """The gradients that an implementation with this mistake would store."""
    found = known.gradients(mistake, *given_to(mistake.cell.name))
    return {f"d{n}": v for n, v in found.items()}


def asked(arrays, name="LSTM", **more):
    return diagnose(arrays, name, against=golden(name), **more)
