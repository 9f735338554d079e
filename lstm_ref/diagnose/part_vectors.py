"""Golden vectors of each part of a net, one direction of one layer, as those of a cell alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lstm_ref.check.witnesses import inputs as names_of_inputs
from lstm_ref.derive.tree import net_name
from lstm_ref.interop import nets
from lstm_ref.interop.given import completed, net_of
from lstm_ref.types import Array, Arrays, Params


@dataclass(frozen=True)
class PartVectors:
    """What one part should compute.

    prefix, layer: as in `nets`, the first layer is 0. words: for the reader. header: sizes and so
    on. right: the arrays that vectors of a cell have, in the order of time.
    """

    prefix: str
    layer: int
    words: str
    cell: Any
    header: dict[str, Any]
    right: Arrays

    @property
    def reverse(self) -> bool:
        """Does it read from the end?"""
        return self.prefix.endswith("reverse.")

    def turned(self, tensors: Params) -> Arrays:
        """Arrays in the order in which the part reads, from those in the order of time; or back."""
        signals = self.cell.equations
        names = {"e", *signals, *(f"net_{n}" for n in signals), *(f"delta_{n}" for n in signals)}
        for name in names_of_inputs(self.cell):
            names |= {name, f"d{name}"}
        return {n: nets.turned(a, self.reverse and n in names) for n, a in tensors.items()}


def several(header: Mapping[str, Any]) -> bool:
    """Whether vectors are of several layers, of both directions, or of sequences with lengths."""
    return header.get("layers", 1) != 1 or header.get("directions", 1) != 1 or "lengths" in header


def of_net(
    header: Mapping[str, Any], arrays: Params, cell: Any
) -> tuple[list[PartVectors], dict[str, Array]]:
    """(vectors of each part, layer by layer; the arrays of the whole net: x, dx, e, the output).

    header, arrays: of `interop.vectors`. Raises VectorsError.
    """
    net = net_of(header, cell)
    given = completed(net, arrays)
    layers = nets.forward(net, given)
    prefixes = [prefix for layer in net.prefixes for prefix in layer]
    errors = {p + s: given[f"{p}e_{s}_T"] for p in prefixes for s in cell.states}
    errors["e"] = given["e"]
    back = nets.by_part(net, layers, errors)
    found = [
        _vectors(net, k, part, back[part.prefix], errors, header)
        for k, layer in enumerate(layers)
        for part in layer
    ]
    _, gradients = nets.backward(net, layers, errors)
    names = names_of_inputs(cell)
    whole = {n: given[n] for n in names} | {f"d{n}": gradients[n] for n in names}
    return found, {**whole, "e": given["e"], cell.output: nets.output(net, layers)}


def _vectors(net, layer, part, back, errors, header):
    cell, x = net.cell, part.x
    right = {**part.params, **(x if isinstance(x, dict) else {"x": x})}
    right |= {f"{s}_0": v for s, v in zip(cell.states, part.state0, strict=True)}
    for name in cell.equations:
        if net_name(name) in part.runs[0][2]:
            right[f"net_{name}"] = part.over_time(net_name(name))
        right[name] = part.over_time(name)
    right |= {f"{s}_T": part.last(s) for s in cell.states} | {"e": back.error}
    right |= {f"e_{s}_T": errors[part.prefix + s] for s in cell.states}
    right |= {f"delta_{n}": a for n, a in back.deltas.items()}
    right |= {f"d{n}": a for n, a in back.gradients.items()}
    sizes = dict(header["sizes"])
    if not isinstance(x, dict) and cell.letters[cell.input] == "D":
        sizes["D"] = x.shape[1]
    way = part.prefix.split(".")[-2] if net.both else ""
    words = f"layer {layer + 1}, {way}".strip(", ") if net.layers > 1 else f"the {way} direction"
    about = {"cell": cell.name, "sizes": sizes, "seed": header.get("seed")}
    return PartVectors(part.prefix, layer, words, cell, about, right)
