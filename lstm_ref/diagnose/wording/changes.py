"""How two formulas differ: one formula with the smallest changes marked in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from difflib import SequenceMatcher
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.tree import Changed, Node

MOST = 2  # changes in one formula; where there are more, all of it is another one


def changed(old: Node, new: Node) -> Node:
    """`new` with what differs from `old` as `tree.Changed`; whole where little is in common."""
    found = _changed(old, new)
    return found if len(list(inside(found))) <= MOST else Changed(old, new)


def inside(node: Any) -> Iterator[Changed]:
    """The changes in a formula."""
    yield from (part for part in tree.walk(node) if isinstance(part, Changed))


def around(node: Node, change: Changed) -> Node | None:
    """The part of a formula around a change in which the old thing is but once, as it should be.

    None if there is no such part.
    """
    part = next((p for p in _children(node) if change in inside(p)), None)
    if part is None or part is change:
        return None
    whole = right(part)
    return around(part, change) if often(whole, change.old) > 1 else whole


def _children(node):
    for part in tree.parts(node):
        if isinstance(part, tuple):
            yield from _children(part)
        elif isinstance(part, tree.Node):
            yield part


def right(node: Any) -> Any:
    """A formula with changes in it as it should be; what should not be there is left out."""
    match node:
        case Changed(old, _):
            return old
        case tree.Sum(parts):
            return tree.Sum(tuple(p for p in right(parts) if p[1] is not None))
        case tree.Product(factors):
            return tree.product(*(f for f in right(factors) if f is not None))
    return tree.mapped(node, right)


def often(node: Any, part: Any) -> int:
    """How often a formula is part of another one."""
    return 1 if node == part else sum(often(each, part) for each in tree.parts(node))


def _changed(old, new):
    if old == new:
        return new
    if isinstance(old, tree.Product) or isinstance(new, tree.Product):
        aligned = _aligned(*map(_factors, (old, new)))
        return Changed(old, new) if aligned is None else tree.Product(tuple(aligned))
    if isinstance(old, tree.Sum) and isinstance(new, tree.Sum):
        return _sums(old, new)
    if isinstance(old, tree.Sum) and new in [part for _, part in old.parts]:
        return _sums(old, tree.Sum(((1, new),)))
    if type(old) is not type(new) or not isinstance(old, tree.Compound):
        return Changed(old, new)
    return _inside_of(old, new)


def _factors(node):
    """Of a product, of products in it too."""
    if not isinstance(node, tree.Product):
        return (node,)
    return tuple(f for factor in node.factors for f in _factors(factor))


def _inside_of(old, new):
    """Of two trees of one kind the one part that differs, if there is but one."""
    names = [f.name for f in fields(old)]
    off = [n for n in names if getattr(old, n) != getattr(new, n)]
    if len(off) != 1:
        return Changed(old, new)
    a, b = (getattr(part, off[0]) for part in (old, new))
    if isinstance(old, tree.Call):
        if off == ["function"] or len(a) != 1 or len(b) != 1:
            return Changed(old, new)
        return replace(new, arguments=(_changed(a[0], b[0]),))
    return replace(new, **{off[0]: _changed(a, b)})


def _aligned(old, new):
    """Factors in order with changes among them; None if nothing is common."""
    found: list[Node] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if not any(size for _, _, size in matcher.get_matching_blocks()) and len(old) != len(new):
        return None
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            found += new[c:d]
        elif b - a == d - c:
            found += map(_changed, old[a:b], new[c:d])
        else:
            gone, come = (tree.product(*part) if part else None for part in (old[a:b], new[c:d]))
            found.append(Changed(gone, come))
    return found


def _sums(old, new):
    matcher = SequenceMatcher(None, old.parts, new.parts, autojunk=False)
    found: list[tuple[int, Node]] = []
    for what, a, b, c, d in matcher.get_opcodes():
        mine, other = old.parts[a:b], new.parts[c:d]
        if what == "equal":
            found += other
        elif len(mine) == len(other):
            found += map(_signed, mine, other)
        else:
            found += [(1, Changed(_alone(*pair), None)) for pair in mine]
            found += [(1, Changed(None, _alone(*pair))) for pair in other]
    result = tree.Sum(tuple(found))
    return result if len(list(inside(result))) < MOST else Changed(old, new)


def _signed(old, new):
    if old[0] == new[0]:
        return old[0], _changed(old[1], new[1])
    return 1, Changed(_alone(*old), _alone(*new))


def _alone(sign, part):
    return part if sign > 0 else tree.minus(part)
