"""Which units a network of 1997 has, what each one sees, and how many weights that makes."""

from __future__ import annotations

from dataclasses import dataclass

GATES = {"i": 1, "io": 2, "fio": 3}


@dataclass(frozen=True)
class Topology:
    """Blocks of cells that share their gates, between inputs and outputs.

    inputs, outputs, blocks, cells (a block): numbers of units. gates: "io" as in 1997, "i" alone
    in its experiment 2, "fio" from 2000 on. biased: which units have a bias, some of "cells",
    "gates", "outputs". sees: what a hidden unit sees of the step before beside the input, "all"
    hidden units, gates too, the "cells", or "nothing". shortcut: outputs see the input too.
    peepholes: each gate sees the states of its own block. g, h: what enters a cell is in (-g, g),
    what its state leaves as in (-h, h). linear: the state leaves its cell as it is, and what enters
    is in (0, 1), as in experiment 2a; g and h mean nothing then.
    """

    inputs: int
    outputs: int
    blocks: int
    cells: int = 1
    gates: str = "io"
    biased: tuple[str, ...] = ("gates",)
    sees: str = "all"
    shortcut: bool = False
    peepholes: bool = False
    linear: bool = False
    g: float = 2.0
    h: float = 1.0

    @property
    def memory(self) -> int:
        """How many cells there are."""
        return self.blocks * self.cells

    @property
    def hidden(self) -> int:
        """How many hidden units there are; cells first, then the gates of every block, by kind."""
        return self.memory + self.blocks * GATES[self.gates]

    @property
    def seen(self) -> int:
        """How many units a hidden unit sees, without a bias."""
        return self.inputs + {"all": self.hidden, "cells": self.memory, "nothing": 0}[self.sees]

    @property
    def weights(self) -> int:
        """How many numbers are learned."""
        biases = {
            "cells": self.memory,
            "gates": self.hidden - self.memory,
            "outputs": self.outputs,
        }
        into_outputs = self.memory + self.inputs * self.shortcut
        learned = self.hidden * self.seen + self.outputs * into_outputs
        learned += (self.hidden - self.memory) * self.cells * self.peepholes
        return learned + sum(biases[kind] for kind in self.biased)
