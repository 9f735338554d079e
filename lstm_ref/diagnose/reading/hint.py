"""One meaning that the name of an array may have."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hints:
    """What a name says.

    kind: weights, bias, peephole, tensor, input, state, last, value, delta, net or error. gate:
    letter of the cell's parameters, "" for all of them together; word: what said so. source: x, h,
    or "" for both; name: tensor, signal or state. gradient: whether the name has a mark of one.
    second: of two biases the one of the recurrent product. library: the one that uses this name,
    or "". letter: of the matrix, if it is u, v, w or r; order: of the gates, if the name says it.
    odd: how unlikely the meaning is, 0 for the likeliest.
    """

    kind: str
    gate: str = ""
    source: str = ""
    name: str = ""
    gradient: bool = True
    second: bool = False
    library: str = ""
    word: str = ""
    letter: str = ""
    order: str = ""
    odd: float = 0.0
