"""Names in generated code: each is there once, and none is a word of Python or of the code."""

import keyword
from collections.abc import Iterable

RESERVED = {*keyword.kwlist, *"tTDHBGx", "np", "fn", "run", "sigmoid", "params", "tape"}
RESERVED |= {"net", "delta", "dx", "dh", "dparams", "sizes", "dtype", "state0", "dstate_T", "CELL"}
RESERVED |= {"initial", "new", "outputs", "state_T", "outside", "last", "errors", "workspace"}
RESERVED |= {"range", "float", "cell", "space", "call", "h_T", "init", "forward", "backward"}
RESERVED |= {"NAME", "SHAPES", "STATES", "INPUT", "OUTPUT", "INPUTS", "FIXED", "SOURCE"}
RESERVED |= {"DECLARATION", "torch", "net_t", "dstate0", "name", "map", "dict"}
# The functions that a NumPy file brings with it, see `numpy_alone`.
RESERVED |= {"enter", "enter_backward", "fit", "given", "room", "take", "leave", "results", "give"}
RESERVED |= {"from_one", "rows", "flat", "outer", "over_steps", "product_over_steps", "total"}
RESERVED |= {"spread", "gather", "relu", "step", "sign", "absolute", "maximum", "minimum", "mean"}
RESERVED |= {"softplus", "logsigmoid", "softmax", "apply", "apply_transposed", "ValueError"}
RESERVED |= {"isinstance", "len", "list", "sum", "tuple", "zip"}  # which they call


class Names:
    """Gives names that nothing else has.

    letters: of the sizes of a cell, which are names too; reserved: words of the language.
    """

    def __init__(self, letters: Iterable[str], reserved: Iterable[str] = RESERVED) -> None:
        self._taken = {*reserved, *letters}

    def new(self, wish: str) -> str:
        """The name wished for, or with a number behind it."""
        name, k = wish, 2
        while name in self._taken:
            name, k = f"{wish}_{k}", k + 1
        self._taken.add(name)
        return name
