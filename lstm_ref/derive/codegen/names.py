"""Names in generated code: each is there once, and none is a word of Python or of the code itself."""

import keyword

from lstm_ref.sizes import SPARE

RESERVED = {*keyword.kwlist, *SPARE, *"tTDHBGdx", "np", "fn", "run", "sigmoid", "params", "tape"}
RESERVED |= {"net", "delta", "dx", "dh", "dparams", "sizes", "dtype", "state0", "dstate_T", "CELL"}
RESERVED |= {"initial", "new", "outputs", "state_T", "outside", "last", "errors", "workspace"}
RESERVED |= {"range", "float", "cell", "space", "call", "h_T", "init", "forward", "backward"}


class Names:
    """Gives names that nothing else has."""

    def __init__(self) -> None:
        self._taken = set(RESERVED)

    def new(self, wish: str) -> str:
        """The name wished for, or with a number behind it."""
        name, k = wish, 2
        while name in self._taken:
            name, k = f"{wish}_{k}", k + 1
        self._taken.add(name)
        return name
