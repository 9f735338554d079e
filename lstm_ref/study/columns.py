"""The form of a stored study: a column for each thing that a trial says. See `stored`."""

from __future__ import annotations

import math
from typing import Any

from lstm_ref.study import space, trial
from lstm_ref.study.space import Key

WORDS = ("where", "code", "ended")  # few distinct values: a table, and numbers in it
KINDS: dict[str, type] = {
    **{
        name: int if isinstance(high, int) else float for name, (_, high, _) in space.RANGES.items()
    },
    **{"valid": float, "test": float, "best": int, "curve": list, "ended": int, "weights": int},
    **{"digest": str, "code": int, "where": int, "seconds": float},
}
WRITTEN = {text: float(text) for text in ("inf", "-inf", "nan")}  # what JSON has no number for
Told = dict[Key, dict[str, Any]]
Tables = dict[str, list[Any]]


class StoredError(ValueError):
    """The file is no stored study; the message says which part of it."""


def written(told: Told, tables: Tables) -> dict[str, list[Any]]:
    """The columns of the trials of one task and cell; new values go into `tables`."""
    columns: dict[str, list[Any]] = {name: [] for name in ("number", *KINDS)}
    for key in sorted(told):
        said = told[key]["settings"] | told[key]
        columns["number"].append(key.number)
        for name in KINDS:
            value = said[name]
            if name in WORDS:
                if value not in tables[name]:
                    tables[name].append(value)
                value = tables[name].index(value)
            columns[name].append(_written(value))
    return columns


def _written(value):
    if isinstance(value, list):
        return [_written(each) for each in value]
    return value if not isinstance(value, float) or math.isfinite(value) else repr(value)


def read(entry: Any, tables: Tables, where: str) -> tuple[dict[str, int], Told]:
    """(rules, trials) of an entry that `written` filled. Raises StoredError, naming the part.

    where: the entry's name in messages, "studies[3]".
    """
    entry = exactly(entry, where, {"task", "cell", "rules", "number", *KINDS})
    for name in ("task", "cell"):
        _of_kind(entry[name], str, f"{where}.{name}")
    rules = exactly(entry["rules"], f"{where}.rules", {*trial.RULES})
    for name, value in rules.items():
        _of_kind(value, int, f"{where}.rules.{name}")
    numbers = _column(entry, "number", int, None, where)
    if numbers != sorted({*numbers}) or not numbers:
        raise StoredError(f"{where}.number: expected numbers that rise, at least one")
    read = {name: _column(entry, name, kind, len(numbers), where) for name, kind in KINDS.items()}
    for name in WORDS:
        read[name] = _looked_up(read[name], tables[name], f"{where}.{name}")
    found = {}
    for row, number in enumerate(numbers):
        said = {name: column[row] for name, column in read.items()}
        settings = {name: said.pop(name) for name in space.RANGES}
        found[Key(entry["task"], entry["cell"], number)] = {"settings": settings, **said}
        _best(said, f"{where}, trial {number}")
    return rules, found


def exactly(value: Any, where: str, names: set[str]) -> dict[str, Any]:
    """A JSON object with these members and no others. Raises StoredError."""
    _of_kind(value, dict, where)
    for name in sorted(names - {*value}):
        raise StoredError(f"{where}: {name} is missing")
    for name in sorted({*value} - names):
        raise StoredError(f"{where}: {name!r:.40} is not known")
    return value


def _column(entry, name, kind, length, where):
    """A list of values of this kind. A curve is a list of at least one number."""
    values, where = entry[name], f"{where}.{name}"
    _of_kind(values, list, where)
    if length is not None and len(values) != length:
        raise StoredError(f"{where}: expected {length}, as many as numbers, got {len(values)}")
    if kind is not list:
        return [_value(value, kind, where) for value in values]
    for curve in values:
        _of_kind(curve, list, where)
    return [[_value(each, float, where) for each in curve] for curve in values]


def _value(value, kind, where):
    if kind is float and isinstance(value, str) and value in WRITTEN:
        return WRITTEN[value]
    _of_kind(value, kind, where)
    if kind is int and value < 0:
        raise StoredError(f"{where}: expected at least 0, got {value}")
    return value


def _of_kind(value, kind, where):
    if type(value) is not kind:
        names = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}
        got = f"{value!r:.40}" if not isinstance(value, dict | list) else names[type(value)]
        raise StoredError(f"{where}: expected {names.get(kind, 'a float')}, got {got}")


def _looked_up(numbers, table, where):
    for number in numbers:
        if number >= len(table):
            raise StoredError(f"{where}: expected numbers below {len(table)}, got {number}")
    return [table[number] for number in numbers]


def _best(said, where):
    """The measure of a trial is that of its curve at its best epoch."""
    best, curve, valid = said["best"], said["curve"], said["valid"]
    if best >= len(curve):
        raise StoredError(f"{where}: best: expected an epoch below {len(curve)}, got {best}")
    if valid != curve[best] and not (math.isnan(valid) and math.isnan(curve[best])):
        raise StoredError(f"{where}: valid is {valid}, the curve has {curve[best]} at its best")
