"""GRUs whose reset gate acts elsewhere, or whose z does what 1 - z should do."""

from .edits import Edit
from .program import Op, program


def resets(program):
    """Reset before or after the product, z exchanged with 1 - z."""
    if "h_tilde" not in program.equations or "r" not in program.equations:
        return
    if program.name.startswith("GRU_AFTER"):
        # tanh(W_hx x + b_h + W_hh (r h) + b_hh)
        yield _candidate("before", (
            Op("parameter", name="W_hh"), Op("read", name="r"), Op("read", name="h", lag=1),
            Op("mul", (1, 2)), Op("apply", (0, 3)), *_own(5, "b_hh"), Op("add", (4, 5, 8, 9)),
        ))  # fmt: skip
    elif program.name.startswith("GRU_BEFORE"):
        # tanh(r (W_hh h) + W_hx x + b_h)
        yield _candidate("after", (
            Op("parameter", name="W_hh"), Op("read", name="h", lag=1), Op("apply", (0, 1)),
            Op("read", name="r"), Op("mul", (3, 2)), *_own(5), Op("add", (4, 7, 8)),
        ))  # fmt: skip


def _own(n, *biases):
    """Operations from position n on: the biases before, W_hx x, b_h."""
    found = [Op("parameter", name=b) for b in biases]
    n += len(biases)
    W, x = Op("parameter", name="W_hx"), Op("read", name="x")
    return (*found, W, x, Op("apply", (n, n + 1)), Op("parameter", name="b_h"))


def _candidate(when, ops):
    ops = (*ops, Op("call", (len(ops) - 1,), "tanh"))

    def plant(build):
        build.program = build.program.but(h_tilde=ops)

    text = f"the reset gate acts {when} the product with W_hh"
    return Edit(("reset",), when, text, ("h_tilde",), plant)


TWINS = {"GRU_BEFORE": "GRU_BEFORE_Z_WRITES", "GRU_AFTER": "GRU_AFTER_Z_WRITES"}
TWINS |= {b: a for a, b in TWINS.items()}


def twins(of):
    """A GRU whose z does what 1 - z should do."""
    if of.name in TWINS:
        ops = program(TWINS[of.name]).equations["h"]

        def plant(build):
            build.program = build.program.but(h=ops)

        yield Edit(("reset",), "twin", "z and 1 - z exchanged", ("h",), plant)
