"""Loops put together: one pass over the units and samples does what several did."""

from __future__ import annotations

from lstm_ref.derive.codegen.loops import Collect, Each, Loops, Operation, read, written


def fused(loops: Loops) -> Loops:
    """The same loops with fewer of them; what is read in one of them alone needs no array."""
    for name in ("begin", "step", "back"):
        setattr(loops, name, _together(getattr(loops, name)))
    _make_local(loops)
    return loops


def _together(operations: list[Operation]) -> list[Operation]:
    """Every loop in the earliest one like it that nothing in between forbids."""
    found: list[Operation] = []
    for operation in operations:
        place = len(found)
        while place and _may_pass(operation, found[place - 1]):
            place -= 1
        # The nearest one at or behind that place, for it may also stay where it is.
        host = next((o for o in found[max(place - 1, 0) :] if _alike(o, operation)), None)
        if host is None:
            found.append(operation)
        elif isinstance(host, Each) and isinstance(operation, Each):
            host.sets.extend(operation.sets)
        elif isinstance(host, Collect) and isinstance(operation, Collect):
            found[found.index(host)] = Collect(host.letters, (*host.pairs, *operation.pairs))
    return found


def _alike(a, b):
    """May they be one loop?"""
    if isinstance(a, Each) and isinstance(b, Each):
        return (a.letters, a.samples) == (b.letters, b.samples)
    return isinstance(a, Collect) and isinstance(b, Collect) and a.letters == b.letters


def _may_pass(later, earlier):
    """May the later one be done before the earlier one? Only loops over units are moved."""
    if not isinstance(later, Each | Collect):
        return False
    writes = written(earlier)
    return not (writes & (read(later) | written(later)) or written(later) & read(earlier))


def _make_local(loops):
    """What is set in a loop and read in it alone is a number there, not an array."""
    for operation in loops.all():
        if isinstance(operation, Each):
            others = [o for o in loops.all() if o is not operation]
            elsewhere = set().union(*(read(o) | written(o) for o in others))
            for key in {s.target.name for s in operation.sets}:
                times = sum(s.target.name == key for s in operation.sets)
                array, kept = loops.arrays.get(key), (key, 0) in elsewhere
                kept |= array is None or array.over_time or key.startswith("next ")
                if times == 1 and not kept:
                    operation.local.add(key)
                    del loops.arrays[key]
