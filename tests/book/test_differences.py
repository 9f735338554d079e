"""Variants struck out and framed: without the frames the old cell, without the strokes the new."""

import pytest

pytest.importorskip("sympy")

from lstm_ref.book.differences import REST, changed, differences, framed, struck
from lstm_ref.derive import tree
from lstm_ref.derive.catalogue import CELLS
from lstm_ref.derive.typeset import lines
from lstm_ref.derive.typeset.summands import Writer

PAIRS = [(name, "VANILLA") for name in "NIG NFG NOG NIAF NOAF NP CIFG FGR PEEPHOLE_FO".split()]
PAIRS += [("VANILLA", "LSTM"), ("GRU_AFTER", "GRU_BEFORE"), ("BLOCK", "LSTM")]


def without(node, gone):
    """The tree without what is marked as `gone`, other marks taken off; None if nothing is left."""
    if isinstance(node, tree.Marked):
        return None if node.how == gone else without(node.body, gone)
    if isinstance(node, tree.Sum):
        parts = [(sign, without(part, gone)) for sign, part in node.parts]
        kept = [part if sign > 0 else tree.minus(part) for sign, part in parts if part is not None]
        return tree.total(kept) if kept else None
    if isinstance(node, tree.Product):
        factors = [without(factor, gone) for factor in node.factors]
        return tree.product(*(factor for factor in factors if factor is not None))
    return node


def summands(node):
    """The summands of a formula, each with the slope that stands behind all of them."""
    factors = node.factors if isinstance(node, tree.Product) else (node,)
    at = next((k for k, f in enumerate(factors) if isinstance(f, tree.Sum) and k == 0), None)
    if at is None and not isinstance(node, tree.Sum):
        return [flat(node)]
    inner, slope = (node, ()) if at is None else (factors[0], factors[1:])
    return [flat(tree.product(part, *slope)) for sign, part in inner.parts]


def flat(node):
    factors = node.factors if isinstance(node, tree.Product) else (node,)
    found = []
    for factor in factors:
        found += flat(factor) if isinstance(factor, tree.Product) else [factor]
    return found


@pytest.mark.parametrize("new, base", PAIRS)
def test_both_cells_are_there(new, base):
    found = differences(CELLS[new], CELLS[base])
    for gone, cell in (("boxed", CELLS[base]), ("cancel", CELLS[new])):
        writer = Writer(cell)
        for row in found.rows:
            node = without(row.rights[0], gone)
            if isinstance(row.left, tree.Delta):
                if row.left.name not in cell.equations:
                    assert node is None
                    continue
                want = summands(lines.total(writer, row.left.name))
                got = summands(node)
                rest = [part for part in got if REST not in part]
                assert all(part in want for part in rest), (row.left.name, rest, want)
                assert len(rest) == len(want) or len(rest) < len(got), "said where more follows"
            else:
                want = {line.left: line.rights[-1] for line in lines.gradients(cell)}
                assert node == want.get(row.left)


def test_nothing_changes_without_a_change():
    assert differences(CELLS["LSTM"], CELLS["NP"])._repr_markdown_() == "Nothing changes."


def test_what_peepholes_bring():
    text = differences(CELLS["VANILLA"], CELLS["LSTM"], colour=False)._repr_markdown_()
    for gradient in (
        r"w_{fc}} &= \boxed{\sum_t \delta_{f,t} \odot c_{t-1}}",
        r"w_{ic}} &= \boxed{\sum_t \delta_{i,t} \odot c_{t-1}}",
        r"w_{oc}} &= \boxed{\sum_t \delta_{o,t} \odot c_t}",
    ):
        assert gradient in text
    assert r"\delta_{c,t} &= \cdots + \boxed{" in text and "cancel" not in text


def test_what_goes_with_a_gate():
    text = differences(CELLS["NFG"], CELLS["VANILLA"], colour=False)._repr_markdown_()
    assert r"\delta_{c,t+1} \odot \cancel{f_{t+1}}" in text
    assert text.endswith("Gone, with their gradients: $W_{fh}$, $W_{fx}$, $w_{fc}$, $b_f$.")


def test_marks_stand_at_the_factors_that_changed():
    a, b, c, d = (tree.Parameter(name) for name in "abcd")
    assert changed(tree.product(a, b, c), tree.product(a, c)) == [tree.product(a, struck(b), c)]
    both = changed(tree.product(a, b), tree.product(a, d))
    assert both == [tree.product(a, struck(b), framed(d))]
    assert changed(tree.product(a, b), c) == [struck(tree.product(a, b)), framed(c)]
    assert changed(tree.product(a, b), a) == [tree.product(a, struck(b))]
