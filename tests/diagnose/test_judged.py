"""Answers of `diagnose` and of its core, judged: the adapter asks for what is true."""

import pytest
from implementations import adapter, case, judge, table

SINGLE = [("slope", "LSTM"), ("gradient", "LSTM"), ("delta", "GRU_BEFORE")]  # family, cell


def made(number, cell, families, **more):
    chosen = {"sizes": case.NEW, "kind": "gradients", "plain": True, **more}
    for n in range(20 * number, 20 * number + 20):
        if table.COUNTS[n % 20] == 1:
            return table.numbered(1, n, cell=cell, families=families, **chosen)
    raise AssertionError("no number with one mistake")


@pytest.mark.parametrize("family, cell", SINGLE)
def test_core_names_single_mistakes(family, cell):
    one = made(1, cell, (family,))
    answer = adapter.ask_core(one)
    assert judge.judge(one, answer) == (judge.EXACT, ""), (one.record()["answer"], answer.text)


@pytest.mark.parametrize("number", [2, 14, 22, 34])
def test_right_files_agree(number):
    one = table.numbered(1, number)
    assert not one.edits
    for ask in (adapter.ask, adapter.ask_core):
        assert judge.judge(one, ask(one)) == (judge.EXACT, "")


def test_other_numbers_than_named_are_false():
    one, other = made(1, "LSTM", ("slope",)), made(1, "LSTM", ("delta",))
    assert judge.judge(one, adapter.ask_core(other))[0] == judge.FALSE
