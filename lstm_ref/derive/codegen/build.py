"""The program of a cell: the door for printers of any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_ref.derive.codegen import backward, forward
from lstm_ref.derive.codegen.plan import Plan
from lstm_ref.derive.codegen.program import Program

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


def program(cell: Cell) -> Program:
    """What a cell computes and when, in no language yet."""
    plan = Plan(cell)
    forward.write(plan)
    backward.write(plan)
    return plan.program
