"""Several layers and both directions, for every cell.

`Stack` and `BothWays` are made of cells and have the functions of a cell themselves, so each may
be a part of the other: Stack(BothWays(lstm), lstm). Parameters and states are those of the parts,
with a prefix: "1.W_fx", "2.W_fx", "forward.W_fx", "reverse.W_fx". The letters in SHAPES and
STATES are those of the part that the prefix names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lstm_ref.arguments import plain
from lstm_ref.cells import name_of
from lstm_ref.cells.interface import all_shapes
from lstm_ref.cells.resolve import resolve
from lstm_ref.check.witnesses import shapes
from lstm_ref.learn.sequences import check, check_lengths, reads_backwards, run, run_backward, turn
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace


class _Parts:
    """What `Stack` and `BothWays` share: parts with a prefix each."""

    NAME: str

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.parts = {p: resolve(cell, fastest=True) for p, cell in parts.items()}
        self.CAUSAL = not reads_backwards(self)  # h_t needs no later input
        self.SHAPES = {f"{p}.{n}": s for p, c in self.parts.items() for n, s in c.SHAPES.items()}
        self.STATES = {f"{p}.{n}": s for p, c in self.parts.items() for n, s in c.STATES.items()}
        fixed = {p: getattr(cell, "FIXED", {}) for p, cell in self.parts.items()}
        self.FIXED = {f"{p}.{n}": s for p, words in fixed.items() for n, s in words.items()}

    def _all_shapes(self, sizes, D_of):
        """What `witnesses.shapes` says of each part, joined; D_of(the shape of dh below) -> D."""
        params: dict[str, tuple[int, ...]] = {}
        states: dict[str, tuple[int, ...]] = {}
        outputs: list[tuple[int, ...]] = []
        for p, cell in self.parts.items():
            D = D_of(outputs[-1]) if outputs else sizes["D"]
            own, x, own_states, dh = shapes(cell, {**sizes, "D": D})
            if x[1] != D:
                raise ValueError(f"{self.NAME}: part {p} takes x with {x[1]} rows, not {D}")
            params |= {f"{p}.{name}": size for name, size in own.items()}
            states |= {f"{p}.{name}": size for name, size in own_states.items()}
            outputs.append(dh)
        return params, (sizes["T"], sizes["D"], sizes["B"]), states, outputs

    def _params(self, params):
        """params of each part. Raises ValueError for names that no part has."""
        if not hasattr(params, "keys"):
            raise TypeError(f"params: expected a dict of arrays, got {type(params).__name__}")
        wrong = sorted(set(params) ^ set(all_shapes(self)))
        if wrong:
            raise ValueError(f"params: missing or unknown {', '.join(wrong)}")
        return [{n: params[f"{p}.{n}"] for n in all_shapes(c)} for p, c in self.parts.items()]

    def _states(self, name, state):
        """The state of each part, None for those of None."""
        if state is None:
            return [None] * len(self.parts)
        if not isinstance(state, tuple | list) or len(state) != len(self.STATES):
            raise TypeError(f"{name}: expected {len(self.STATES)} arrays, got {state!r:.50}")
        state = list(state)
        return [tuple(state.pop(0) for _ in c.STATES) for c in self.parts.values()]

    def _workspaces(self, workspace):
        """A workspace for each part."""
        return [None if workspace is None else workspace.setdefault(p, {}) for p in self.parts]

    def _joined(self, dicts):
        """One dict of the dicts of the parts."""
        pairs = zip(self.parts, dicts, strict=True)
        return {f"{p}.{n}": value for p, d in pairs for n, value in d.items()}

    def _with_name(self, prefix, function, *arguments):
        """Call; an error says in which part it was."""
        try:
            return function(self.parts[prefix], *arguments)
        except (TypeError, ValueError, FloatingPointError) as error:
            error.add_note(f"in part {prefix} of {self.NAME}")
            raise


class Stack(_Parts):
    """Layers on top of each other: the outputs h of one are the inputs x of the next.

    Source: Graves, Mohamed & Hinton 2013, equation 11, without connections past a layer.
    """

    def __init__(self, *cells: Any) -> None:
        if not cells:
            raise ValueError("Stack: expected at least one cell")
        super().__init__({str(k): cell for k, cell in enumerate(cells, 1)})
        self.NAME = f"Stack({', '.join(map(name_of, self.parts.values()))})"

    def init(self, rng: np.random.Generator, D: int, H: Any, **options: Any) -> Arrays:
        """Fresh parameters. H: units of each layer, one number for all or one for each.

        options go to `init` of every cell. Raises TypeError or ValueError.
        """
        widths = [H] * len(self.parts) if isinstance(H, int | np.integer) else list(H)
        if len(widths) != len(self.parts):
            raise ValueError(f"H: expected one number or {len(self.parts)}, got {H!r}")
        dicts: list[Arrays] = []
        for cell, units in zip(self.parts.values(), widths, strict=True):
            dicts.append(cell.init(rng, D, units, **options))
            D = check(cell, dicts[-1])
        return self._joined(dicts)

    def shapes(self, sizes: Mapping[str, int]) -> Any:
        """As `witnesses.shapes`: every layer with H units."""
        *rest, outputs = self._all_shapes(sizes, lambda below: below[1])
        return *rest, outputs[-1]

    def check(self, params: Params) -> int:
        """Check the parameters; return the width of the output."""
        for prefix, own in zip(self.parts, self._params(params), strict=True):
            width = self._with_name(prefix, check, own)
        return width

    def forward(
        self,
        params: Params,
        x: Array,
        state0: State | None = None,
        lengths: ArrayLike | None = None,
        workspace: Workspace | None = None,
    ) -> tuple[Array, State, Tape]:
        """As `run`: outputs of the last layer, states of all layers, tape."""
        tapes: list[Tape] = []
        last: State = ()
        arguments = (self._params(params), self._states("state0", state0))
        spaces = self._workspaces(workspace)
        for prefix, own, state, space in zip(self.parts, *arguments, spaces, strict=True):
            x, state, tape = self._with_name(prefix, run, own, x, state, lengths, space)
            tapes.append(tape)
            last += tuple(state)
        return x, last, {"parts": tapes}

    def backward(
        self, params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
    ) -> tuple[Arrays, Array, State]:
        """As `run_backward`: (dparams, dx, dstate0)."""
        dicts: list[Arrays] = []
        dstate0: State = ()
        back: Any = dh
        arguments = (self._params(params), tape["parts"], self._states("dstate_T", dstate_T))
        for prefix, own, part, dstate in list(zip(self.parts, *arguments, strict=True))[::-1]:
            dparams, back, dstate = self._with_name(prefix, run_backward, own, part, back, dstate)
            dicts.insert(0, dparams)
            dstate0 = (*dstate, *dstate0)
        return self._joined(dicts), back, dstate0


class BothWays(_Parts):
    """One cell reads forwards, another one of its kind backwards; the output is h_t of both.

    The second starts at the end of each sequence, not in its padding. Its initial state belongs
    to that end. Source: Schuster & Paliwal 1997; with LSTM Graves & Schmidhuber 2005.
    """

    def __init__(self, cell: Any) -> None:
        super().__init__({"forward": cell, "reverse": cell})
        self.NAME = f"BothWays({name_of(self.parts['forward'])})"

    def init(self, rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
        """Fresh parameters: H units for each direction, so 2 H outputs. options: of the cell."""
        return self._joined([cell.init(rng, D, H, **options) for cell in self.parts.values()])

    def shapes(self, sizes: Mapping[str, int]) -> Any:
        """As `witnesses.shapes`: each direction with H units."""
        *rest, outputs = self._all_shapes(sizes, lambda beside: sizes["D"])
        (T, rows, B), _ = outputs
        return *rest, (T, 2 * rows, B)

    def check(self, params: Params) -> int:
        """Check the parameters; return the width of the output."""
        pairs = zip(self.parts, self._params(params), strict=True)
        return sum(self._with_name(prefix, check, own) for prefix, own in pairs)

    def forward(
        self,
        params: Params,
        x: Array,
        state0: State | None = None,
        lengths: ArrayLike | None = None,
        workspace: Workspace | None = None,
    ) -> tuple[Array, State, Tape]:
        """As `run`: outputs of both directions (T, 2 H, B), states of both, tape."""
        lengths = None if lengths is None else check_lengths(lengths, x)
        outputs: list[Array] = []
        tapes: list[Tape] = []
        last: State = ()
        arguments = (self._params(params), self._states("state0", state0))
        spaces = self._workspaces(workspace)
        for prefix, own, state, space in zip(self.parts, *arguments, spaces, strict=True):
            turned = prefix == "reverse"
            seen = turn(x, lengths) if turned else x
            h, state, tape = self._with_name(prefix, run, own, seen, state, lengths, space)
            outputs.append(turn(h, lengths) if turned else h)
            tapes.append(tape)
            last += tuple(state)
        tape = {"parts": tapes, "lengths": lengths, "rows": outputs[0].shape[1]}
        return np.concatenate(outputs, axis=1), last, tape

    def backward(
        self, params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
    ) -> tuple[Arrays, Array, State]:
        """As `run_backward`: (dparams, dx, dstate0)."""
        if dh is not None:
            plain("dh", dh)
        lengths, rows = tape["lengths"], tape["rows"]
        first, second = (None, None) if dh is None else (dh[:, :rows], turn(dh[:, rows:], lengths))
        dicts: list[Arrays] = []
        dx: Any = 0
        dstate0: State = ()
        arguments = (self._params(params), tape["parts"], (first, second))
        states = self._states("dstate_T", dstate_T)
        for prefix, own, part, error, dstate in zip(self.parts, *arguments, states, strict=True):
            back = self._with_name(prefix, run_backward, own, part, error, dstate)
            dicts.append(back[0])
            dx = dx + (turn(back[1], lengths) if prefix == "reverse" else back[1])
            dstate0 += tuple(back[2])
        return self._joined(dicts), dx, dstate0
