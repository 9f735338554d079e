"""One style for all figures, and one colour per gate.

Gates are told apart without colour too: each has its own line style, marker and hatch.
Figures are 4.8 inches wide with 11 point letters, so that they stay readable on a phone, where
they are about 330 pixels wide.
"""

from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import matplotlib as mpl
    import matplotlib.pyplot as plt


WIDTH = 4.8  # inches
METADATA = {"Date": None, "Creator": None}  # of an SVG file: nothing that changes

RC: dict[Any, Any] = {
    "figure.figsize": (WIDTH, 3.0),
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelsize": 11,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "svg.fonttype": "path",  # the same letters on every machine
    "svg.hashsalt": "lstm_ref",  # the same ids on every run
}

# In the order used everywhere. Colours: Okabe & Ito's palette, made for colour-blind readers.
GATES = {
    "f": dict(color="#D55E00", linestyle="-", marker="o", hatch="///", label="$f$"),
    "i": dict(color="#009E73", linestyle="--", marker="s", hatch="\\\\\\", label="$i$"),
    "c_tilde": dict(color="#CC79A7", linestyle="-.", marker="^", hatch="xxx", label=r"$\tilde{c}$"),
    "o": dict(color="#0072B2", linestyle=":", marker="D", hatch="...", label="$o$"),
}
STATES = {
    "c": dict(color="#222222", linestyle="-", marker="v", hatch="", label="$c$"),
    "h": dict(color="#666666", linestyle="--", marker="P", hatch="", label="$h$"),
    "x": dict(color="#8A6D00", linestyle=":", marker="X", hatch="", label="$x$"),
}
# What may be negative: below zero, above. No colours of gates; told apart by the colour-blind.
SIGNS = ("#8A6A00", "#332288")
# None of them a colour of a gate.
MODELS = {
    "RNN": dict(color="#882255", linestyle="--", marker="s"),
    "LSTM": dict(color="#332288", linestyle="-", marker="o"),
    "GRU": dict(color="#8A7A00", linestyle="-.", marker="^"),
}


def use() -> None:
    """Set the style; in a notebook also make figures SVG, with the same bytes on every run."""
    mpl.rcParams.update(RC)
    if not _in_notebook():
        return
    with needs(__name__):
        from matplotlib_inline.backend_inline import set_matplotlib_formats

    plt.switch_backend("module://matplotlib_inline.backend_inline")
    set_matplotlib_formats("svg", metadata=METADATA)
    mpl.rcParams.update(RC)  # the inline backend has its own opinions


def _in_notebook():
    """Whether a Jupyter kernel is running; a terminal's IPython keeps its own windows."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


def line(name: str, **changes: Any) -> dict[str, Any]:
    """Keyword arguments for `plot` of a gate, state or model by name; `changes` win."""
    known = {**GATES, **STATES, **MODELS}
    if name not in known:
        raise ValueError(f"name: expected one of {', '.join(known)}, got {name!r}")
    kept = {k: v for k, v in known[name].items() if k != "hatch"}
    return {"label": name, **kept, **changes}


gate_style = line
