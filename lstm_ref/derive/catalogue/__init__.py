"""Declared cells, by name. `CELLS` has all of them, `BOOK` those that the chapters are about.

Parameters of the book's cells have the names of `lstm_ref.cells`, so that weights can be carried
over: W_fx leads into f from x, w_fc is a peephole from c, b_f a bias. The letter c in them stands
for the candidate. The others have the letters of their papers, as far as the page has them free.

A docstring says where a cell comes from; `about` takes it apart. A module of this folder is loaded
when one of its cells is asked for.
"""

import difflib
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lstm_ref.derive.catalogue.book import (
    BLOCK,
    BOOK,
    CIFG,
    COUPLED,
    ELMAN,
    FGR,
    GREFF,
    GRU_AFTER,
    GRU_AFTER_Z_WRITES,
    GRU_BEFORE,
    GRU_BEFORE_Z_WRITES,
    LSTM,
    LSTM_1997,
    MGU,
    NFG,
    NIAF,
    NIG,
    NOAF,
    NOG,
    NP,
    PEEPHOLE_F,
    PEEPHOLE_FI,
    PEEPHOLE_FO,
    PEEPHOLE_I,
    PEEPHOLE_IO,
    PEEPHOLE_O,
    PROJECTION,
    SRU,
    VANILLA,
    peephole,
)
from lstm_ref.derive.declare.declaration import Cell, DeclarationError

__all__ = [
    "BLOCK",
    "BOOK",
    "CELLS",
    "CIFG",
    "COUPLED",
    "ELMAN",
    "FGR",
    "GREFF",
    "GRU_AFTER",
    "GRU_AFTER_Z_WRITES",
    "GRU_BEFORE",
    "GRU_BEFORE_Z_WRITES",
    "KINDS",
    "LSTM",
    "LSTM_1997",
    "MGU",
    "NFG",
    "NIAF",
    "NIG",
    "NOAF",
    "NOG",
    "NP",
    "PEEPHOLE_F",
    "PEEPHOLE_FI",
    "PEEPHOLE_FO",
    "PEEPHOLE_I",
    "PEEPHOLE_IO",
    "PEEPHOLE_O",
    "PROJECTION",
    "SRU",
    "VANILLA",
    "About",
    "Cells",
    "DeclarationError",
    "about",
    "declared",
    "find",
    "peephole",
]

# Module of this folder -> (heading, names in the order of their declarations).
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "book": ("The cells of the chapters", tuple(BOOK)),
    "plain": (
        "Without gates",
        (
            *("IRNN", "INDRNN", "JORDAN", "SCRN", "MULTIPLICATIVE_RNN", "MI_RNN", "ANTISYMMETRIC"),
            *("GATED_ANTISYMMETRIC", "LIPSCHITZ", "ESN", "CLOCKWORK", "FASTRNN", "HOPFIELD"),
        ),
    ),
    "gates": (
        "With gates and one state",
        (
            *("UGRNN", "CFN", "MUT1", "MUT2", "MUT3", "STAR", "ATR", "SGRN", "MINIMALRNN", "BRC"),
            *("NBRC", "LIGRU", "FASTGRNN", "DELTARNN", "LRN", "RHN"),
        ),
    ),
    "lstms": (
        "Made of the LSTM",
        (
            *("JANET", "RAN", "MULTIPLICATIVE_LSTM", "MOGRIFIER", "WMC_LSTM", "LN_LSTM", "SLSTM"),
            *("ON_LSTM", "ZONEOUT", "HYPERLSTM"),
        ),
    ),
    "times": (
        "With time: differential equations, gaps, windows",
        ("CTRNN", "LTC", "CFC", "CORNN", "UNICORNN", "LEM", "LMU", "TLSTM", "GRU_D"),
    ),
    "linear": (
        "Linear in the state, unit by unit",
        (
            *("QRNN", "STRONGLY_TYPED_LSTM", "MINGRU", "MINGRU_POSITIVE", "MINLSTM", "LRU"),
            *("RG_LRU", "HGRN", "SELECTIVE", "RWKV4"),
        ),
    ),
    "matrices": (
        "With a matrix as state",
        (
            *("MLSTM", "LINEAR_ATTENTION", "DELTANET", "GATED_DELTANET", "GLA", "RETNET"),
            *("MAMBA2", "HGRN2", "RWKV6", "RWKV7", "FAST_WEIGHTS"),
        ),
    ),
}


class Cells(Mapping[str, Cell]):
    """Name -> cell, read only; a cell is declared when it is first asked for."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = dict(modules)

    def __getitem__(self, name: str) -> Cell:
        module = importlib.import_module(f"{__name__}.{self._modules[name]}")
        found: Cell = getattr(module, name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules


CELLS = Cells({name: module for module, (_, names) in KINDS.items() for name in names})


@dataclass(frozen=True)
class About:
    """What the docstring of a cell says, each without its full stop; "" where it says nothing.

    read: where the equations were read, "code of ...", "formulas of ..." or "memory".
    """

    title: str
    source: str
    read: str
    note: str


def about(cell: Cell) -> About:
    """The docstring of a cell of the catalogue, taken apart: Title. Source. Read: ... Note: ..."""
    title, _, source = cell.title.partition(". ")
    parts = dict(re.findall(r"^(Read|Note): (.+?)\.?$(?=\n\w+: |\Z)", cell.doc, re.M | re.S))
    read, note = (" ".join(parts.get(key, "").split()) for key in ("Read", "Note"))
    return About(title.rstrip("."), source.rstrip("."), read, note)


def declared(cell: Any) -> Cell:
    """The declaration of a cell: the counterpart of `lstm_ref.cells.resolve`, for equations.

    cell: a name of the catalogue, in capital or small letters; a declared cell; a module that
    `codegen` has compiled; or a module with the NAME of a cell of the catalogue. Raises
    DeclarationError for an unknown name, TypeError for anything else.
    """
    if isinstance(cell, str):
        return find(cell)
    own = getattr(cell, "DECLARATION", cell)
    if isinstance(own, Cell):
        return own
    if isinstance(getattr(cell, "NAME", None), str):
        return find(cell.NAME)
    got = type(cell).__name__
    raise TypeError(f'cell: expected a name like "LSTM", a declared cell or its module, got {got}')


def find(name: str) -> Cell:
    """A cell of the catalogue by its name, capital or small letters. Raises DeclarationError."""
    key = re.sub(r"[-\s]", "_", name.strip()).upper()
    if key not in CELLS:
        near = difflib.get_close_matches(key, CELLS, n=3)
        hint = f"near are {', '.join(near)}; " if near else ""
        raise DeclarationError(
            f"no cell {name!r:.60} in the catalogue; {hint}`derive --list` lists all {len(CELLS)}"
        )
    return CELLS[key]
