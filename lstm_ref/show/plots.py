"""Curves with their spread, and gates over the words of a sentence: arrays in, axes out."""

import numpy as np

from lstm_ref.show.style import GATES, line


def spread(ax, x, runs, style, **changes):
    """Median over seeds as a line, smallest to largest as a band; returns ax.

    x (n,); runs (seeds, n); style: the name of a gate, state or model.
    """
    runs = np.asarray(runs)
    if runs.ndim != 2 or runs.shape[1] != len(x):
        raise ValueError(f"runs: expected shape (seeds, {len(x)}), got {runs.shape}")
    kept = line(style, **{"label": style, **changes})
    ax.plot(x, np.median(runs, axis=0), **kept)
    ax.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=kept["color"], alpha=0.18, lw=0)
    return ax


def gate_tracks(axes, words, tracks):
    """One strip of numbers for each track over the words of a sentence; returns axes.

    axes: one per track; words: list of T strings; tracks: dict of name -> (T,) array, names of
    gates ("f", "i", "c_tilde", "o") or states ("c", "h"). Dark means far from zero.
    """
    for ax, (name, values) in zip(np.atleast_1d(axes), tracks.items(), strict=True):
        values = np.asarray(values, dtype=float)
        color = GATES.get(name, {}).get("color", "#222222")
        for t, value in enumerate(values):
            strength = min(1.0, abs(value))
            ax.bar(t, 1, width=0.96, color=color, alpha=0.12 + 0.75 * strength)
            ink = "white" if strength > 0.62 else "#111111"
            ax.text(t, 0.5, f"{value:.1f}", ha="center", va="center", fontsize=9, color=ink)
        ax.set_ylim(0, 1)
        ax.set_yticks([0.5], [line(name)["label"]])
        ax.set_xticks([])
        ax.grid(False)
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
    last = np.atleast_1d(axes)[-1]
    last.set_xticks(range(len(words)), words, rotation=45, ha="right")
    return axes
