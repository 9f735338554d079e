"""Products for a few steps at a time: arrays of all steps side by side would leave the cache.

The sequence is cut into parts of neighbouring steps. Forward, the inputs of a part are put side by
side, multiplied, and its steps done; back, the steps of a part come first, and then its products.
"""

from __future__ import annotations

from dataclasses import replace

from lstm_ref.derive.codegen.loops import (
    SEQUENCE,
    CopyRows,
    Flat,
    Flatten,
    Gradient,
    Loops,
    Product,
    Zero,
)


def in_parts(loops: Loops) -> Loops:
    """The same loops, with the products of a part apart from what is done at the end.

    Gradients begin with zeros, and every part adds to them.
    """
    loops.products = [o for o in loops.end if isinstance(o, Product)]
    sums = {p.target: p for p in loops.products if isinstance(p.target, Gradient)}
    loops.zero += [Zero(target, p.height, p.columns) for target, p in sums.items()]
    loops.products = [replace(p, add=p.add or p.target in sums) for p in loops.products]
    loops.end = [
        replace(o, add=True) if isinstance(o, CopyRows) and o.target in sums else o
        for o in loops.end
        if not isinstance(o, Product)
    ]
    loops.again = _again(loops)
    return loops


def are_needed(loops: Loops) -> bool:
    """Is there anything side by side?"""
    return any(array.columns == SEQUENCE for array in loops.arrays.values())


def _again(loops):
    """What was put side by side on the way forward, and is needed so on the way back."""
    sides = [side for p in loops.products for side in (p.left, p.right)]
    wanted = {side.key for side in sides if isinstance(side, Flat)}
    made = {o.flat.key for o in loops.flatten if isinstance(o, Flatten)}
    if not wanted & made:
        return []
    return [o for o in loops.flatten if not isinstance(o, Flatten) or o.flat.key in wanted]
