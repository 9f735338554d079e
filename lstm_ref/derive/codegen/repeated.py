"""What several statements of a step compute: once, under a name of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from lstm_ref.derive import tree
from lstm_ref.derive.codegen.plan import Plan
from lstm_ref.derive.codegen.program import STEP, Assign, Statement, reads
from lstm_ref.derive.tree import walk

T = TypeVar("T")
Named = dict[tree.Call, tree.Signal]


def named(plan: Plan, statements: list[Statement]) -> list[Statement]:
    """The statements of one step, and before the first that needs it what is needed again."""
    times: Counter[tree.Call] = Counter()
    for part in walk(*statements):
        if isinstance(part, tree.Call) and not _changes(part):
            times[part] += 1
    again = {call for call, n in times.items() if n > 1}
    done: Named = {}
    found: list[Statement] = []
    for statement in statements:
        for call in _inner_first(statement, again - done.keys()):
            variable = plan.add_error(_wish(plan, call), plan.shapes.of(call), STEP)
            found.append(Assign(variable, _replaced(call, done)))
            done[call] = variable
        found.append(_replaced(statement, done))
    return found


def _changes(call):
    """Does it read an error of the step after, which makes way for that of this step?"""
    return any(name.startswith("next ") for name in reads([call]))


def _inner_first(statement, wanted):
    """Calls of a statement that are wanted, those inside of others before them."""
    return [c for c in reversed(list(dict.fromkeys(walk(statement)))) if c in wanted]


def _wish(plan, call):
    """sigma(-f_t) -> sigma_f"""
    read = [plan.variables[key].name for key in reads([call]) if key in plan.variables]
    return "_".join([call.function, *read[:3]])


def _replaced(part: T, done: Named) -> T:
    """The same with the names in the place of what they stand for."""
    if isinstance(part, tree.Call) and part in done:
        variable: Any = done[part]
        return variable
    if isinstance(part, tuple):
        items: Any = tuple(_replaced(item, done) for item in part)
        return items
    if not is_dataclass(part) or isinstance(part, type):
        return part
    inside: Any = part
    return replace(
        inside, **{f.name: _replaced(getattr(inside, f.name), done) for f in fields(inside)}
    )
