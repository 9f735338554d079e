"""Golden vectors made: drawn, computed and named. SymPy is needed for declared cells only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref import __version__
from lstm_ref.derive.computed import resolved
from lstm_ref.derive.table import Table
from lstm_ref.interop import choices
from lstm_ref.interop.vector_files import FORMAT, VERSION, Header, VectorsError, checksum
from lstm_ref.sizes import VECTORS
from lstm_ref.types import Arrays

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

LAYERS = 100  # at most


def make(
    cell: Cell | Table | str,
    T: int = VECTORS["T"],
    B: int = VECTORS["B"],
    D: int = VECTORS["D"],
    H: int = VECTORS["H"],
    seed: int = 1,
    *,
    scale: float | None = None,
    zero_states: bool = False,
    zero_biases: bool = False,
    float32: bool = False,
    lengths: Sequence[int] | None = None,
    layers: int = 1,
    both_ways: bool = False,
    layouts: Sequence[str] = (),
) -> tuple[Header, Arrays]:
    """Vectors of a cell: (header, arrays).

    cell: a name of the catalogue, or a declared cell. T steps, B samples, D inputs, H units, all
    at least 1; a cell whose input is as wide as its units takes H for D, further widths are those
    of `witnesses.problem`. seed: of numpy.random.default_rng, at least 0. scale: the standard
    deviation of the weights, default `drawn.scale`. The arrays are float64: parameters, x
    (T, D, B), initial states `h_0`; nets `net_f` and signals `f` for t = 1..T, (T, n, B); errors
    that enter, `e` (T, n, B) and `e_h_T`; error terms `delta_f` (T, n, B); gradients `dW_fx`,
    `dx`, `dh_0`. Equations: eq-bptt-lstm of chapter 5 and their likes.

    zero_states, zero_biases: initial states, biases b_* are zero. float32: what goes in is rounded
    to float32, and the header has a tolerance. lengths: of the B sequences, from 1 to T, the
    longest T. layers, both_ways: names get the prefixes of `nets`. layouts: of "torch", "keras"
    and "onnx", arrays of these libraries beside ours. All of it: book, page "Golden test vectors".
    Raises ValueError for a bad argument; VectorsError, DeclarationError, NotCarried are such.
    """
    from lstm_ref.interop import computed, drawn, layouted, nets

    known: Any = resolved(cell)
    sizes = choices.sizes(T=T, B=B, D=D, H=H)
    seed, layers = choices.whole("seed", seed, 0), choices.whole("layers", layers, 1, LAYERS)
    choices.flags(zero_states, zero_biases, float32, both_ways)
    net = nets.Net(known, layers, bool(both_ways), choices.lengths(lengths, sizes))
    choices.possible(net, sizes)
    layouted.check(net, layouts)
    scale = drawn.scale(net, sizes, seed) if scale is None else choices.scale(scale)
    tensors, errors = drawn.draw(net, sizes, seed, scale)
    said = {"scale": scale, **_zeroed(net, tensors, zero_states, zero_biases)}
    if float32:
        tensors, errors = computed.rounded(tensors), computed.rounded(errors)
    arrays = computed.arrays(net, tensors, errors)
    if float32:
        tolerance = computed.tolerance(net, tensors, errors, arrays)
        said |= {"dtype": "float32", "tolerance": tolerance}
    said |= {"lengths": list(net.lengths)} if net.lengths else {}
    said |= {"layers": layers} if layers > 1 else {}
    said |= {"directions": 2} if both_ways else {}
    said |= {"layouts": list(layouts)} if layouts else {}
    arrays |= layouted.beside(net, arrays, layouts)
    return _headed(net, seed, said, arrays)


def again(header: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `make` that give the vectors with this header, the cell among them.

    Of a header that says less the usual ones; `make` refuses what is none. Raises VectorsError.
    """
    sizes, zero, layouts = (header.get(key, ()) for key in ("sizes", "zero", "layouts"))
    for name, value in (("zero", zero), ("layouts", layouts)):
        if not isinstance(value, list | tuple):
            raise VectorsError(f"header: {name}: expected a list, got {value!r:.50}")
    if "sizes" in header and not isinstance(sizes, Mapping):
        raise VectorsError(f"header: sizes: expected T, B, D and H, got {sizes!r:.50}")
    return {
        "cell": header.get("cell", "LSTM"),
        **{letter: sizes[letter] for letter in VECTORS if letter in sizes},
        "seed": header.get("seed", 1),
        "scale": header.get("scale", 0.8),  # older files have no scale
        "zero_states": "states" in zero,
        "zero_biases": "biases" in zero,
        "float32": header.get("dtype") == "float32",
        "lengths": header.get("lengths"),
        "layers": header.get("layers", 1),
        "both_ways": header.get("directions", 1) == 2,
        "layouts": tuple(layouts),
    }


def _headed(net, seed, said, arrays):
    cell = net.cell
    header = {
        "format": FORMAT,
        "version": VERSION,
        "cell": cell.name,
        "sizes": _found_sizes(net, arrays),
        "seed": seed,
        **said,
        "package": __version__,
        "equations": list(_equations(cell)),
    }
    return {**header, "checksum": checksum(header, arrays)}, arrays


def _equations(cell):
    if isinstance(cell, Table):
        return cell.text
    from lstm_ref.derive import tabulate

    return tabulate.text(cell)


def _zeroed(net, tensors, states, biases):
    """Put zeros where they are asked for; what the header says of it."""
    ends = {f"{s}_0" for s in net.cell.states}
    kinds = {
        "states": [n for n in tensors if states and n.rpartition(".")[2] in ends],
        "biases": [n for n in tensors if biases and n.rpartition(".")[2].startswith("b_")],
    }
    if biases and not kinds["biases"]:
        raise VectorsError(f"zero_biases: {net.cell.name} has no biases, b_ and a name")
    for name in (n for names in kinds.values() for n in names):
        tensors[name] = np.zeros_like(tensors[name])
    said = [kind for kind, names in kinds.items() if names]
    return {"zero": said} if said else {}


def _found_sizes(net, arrays):
    """T, B, D, H and the further widths, from the arrays themselves."""
    T, D, B = arrays["x"].shape
    sizes, cell, first = {"T": T, "B": B, "D": D}, net.cell, net.prefixes[0][0]
    for name in cell.equations:
        shape = arrays[first + name].shape[1:-1]
        axes = zip(cell.letters[name], shape, strict=True)
        sizes |= {letter: n for letter, n in axes if letter != "1"}
    return sizes
