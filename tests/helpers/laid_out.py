"""Right tensors in random layouts, under names as public code has them."""

import numpy as np

# Words for gates, one list for a whole file.
WORDS = {
    "f": {"f": ["f", "forget"]},
    "fico": {"f": ["f"], "i": ["i"], "c": ["c", "g", "a", "z", "u", "C"], "o": ["o"]},
    "long": {"f": ["forget"], "i": ["input"], "c": ["cell", "candidate"], "o": ["output"]},
    "ng": {"f": ["f"], "i": ["u"], "c": ["c"], "o": ["o"]},
    "zrh": {"z": ["z", "u"], "r": ["r"], "h": ["h", "n", "c", "g"]},
    "cudnn": {"z": ["i"], "r": ["r"], "h": ["n"]},
}
MARKS = ("d{}", "grad_{}", "{}.grad", "{}_grad", "dE_d{}", "grads/{}", "{}_diff", "dLd{}")
# Names of the weights of a gate from x, from h, of both joined, and of its bias.
APART = (
    ("W{}x", "W{}h", "W{}", "b{}"),
    ("W_x{}", "W_h{}", "W_{}", "b_{}"),
    ("W{}", "U{}", "W_{}", "b{}"),
    ("U{}", "W{}", "W{}", "b{}"),
    ("W_{}", "R_{}", "W_{}", "bias_{}"),
    ("U{}", "V{}", "W{}", "b{}"),
)
STACKED = (
    ("Wx", "Wh", "W", "b"),
    ("W", "U", "W", "b"),
    ("i2h_weight", "h2h_weight", "weights", "i2h_bias"),
    ("w_x", "w_h", "lstm_W", "bias"),
    ("upward/W", "lateral/W", "kernel", "upward/b"),
)
OUTPUTS = ("h", "output", "hs", "out", "ys")


def parts(cell):
    """gate -> {"x": name, "h": name, "1": name}, as far as the cell has them; and the others."""
    found = {}
    for name in (*cell.matrices, *cell.vectors):
        if name[0] == "W" and len(name) == 4 and name[3] in "xh":
            found.setdefault(name[2], {})[name[3]] = name
        elif name[:2] == "b_" and len(name) == 3:
            found.setdefault(name[2], {})["1"] = name
    found = {g: own for g, own in found.items() if "x" in own}
    ours = {name for own in found.values() for name in own.values()}
    return found, [n for n in (*cell.matrices, *cell.vectors) if n not in ours]


def random(rng, cell, right):
    """(arrays of a file, names of the tensors that are in it, word for what was drawn)."""
    gates, others = parts(cell)
    own = [set(each) for each in gates.values()]
    alike = all(each == own[0] for each in own)
    kinds = ["gates", "joined", "sources", "whole"] if alike else ["gates"]
    kind = kinds[rng.integers(len(kinds))]
    mark = MARKS[rng.integers(len(MARKS))]
    names = {"gates": _gates, "joined": _joined, "sources": _sources, "whole": _whole}[kind]
    found = names(rng, gates, right)
    arrays = {mark.format(key): value for key, value in found.items()}
    arrays |= {f"d{n}": right[f"d{n}"] for n in others}
    tensors = [f"d{n}" for n in (*cell.matrices, *cell.vectors)]
    arrays |= _sequences(rng, cell, right)
    return arrays, [*tensors, f"d{cell.input}", "h"], kind


def _words(rng, gates):
    """gate -> word, no two equal."""
    fitting = [t for t in WORDS.values() if set(gates) <= set(t)] or [{g: [g] for g in gates}]
    table = fitting[rng.integers(len(fitting))]
    while True:
        words = {g: table[g][rng.integers(len(table[g]))] for g in gates}
        if len(set(words.values())) == len(words):
            return words


def _gates(rng, gates, right):
    words, turned = _words(rng, gates), rng.random() < 0.5
    style = APART[rng.integers(len(APART))]
    found = {}
    for g, own in gates.items():
        for source, name in own.items():
            word = style["xh".find(source)] if source != "1" else style[3]
            value = right[f"d{name}"]
            found[word.format(words[g])] = value.T if turned else value
    return found


def _columns(rng, own):
    """Sources in the order in which they are joined, with the bias or without."""
    letters = [s for s in own if s != "1" or rng.random() < 0.6]
    return [letters[k] for k in rng.permutation(len(letters))]


def _joined(rng, gates, right):
    words, turned = _words(rng, gates), rng.random() < 0.5
    columns = _columns(rng, next(iter(gates.values())))
    style = APART[rng.integers(len(APART))]
    found = {}
    for g, own in gates.items():
        value = np.concatenate([right[f"d{own[s]}"] for s in columns], axis=1)
        found[style[2].format(words[g])] = value.T if turned else value
        if "1" in own and "1" not in columns:
            found[style[3].format(words[g])] = right[f"d{own['1']}"][:, 0]
    return found


def _sources(rng, gates, right):
    order = [list(gates)[k] for k in rng.permutation(len(gates))]
    layout = _stack(rng)
    style = STACKED[rng.integers(len(STACKED))]
    found = {}
    for source in next(iter(gates.values())):
        word = style["xh".find(source)] if source != "1" else style[3]
        blocks = [right[f"d{gates[g][source]}"] for g in order]
        found[word] = layout(blocks)
    return found


def _whole(rng, gates, right):
    order = [list(gates)[k] for k in rng.permutation(len(gates))]
    columns = _columns(rng, gates[order[0]])
    layout = _stack(rng)
    style = STACKED[rng.integers(len(STACKED))]
    blocks = [np.concatenate([right[f"d{gates[g][s]}"] for s in columns], axis=1) for g in order]
    found = {style[2]: layout(blocks)}
    if "1" in gates[order[0]] and "1" not in columns:
        found[style[3]] = layout([right[f"d{gates[g]['1']}"] for g in order])
    return found


def _stack(rng):
    """A function: blocks (H, n) of the gates -> one array, the same way each time."""
    axes = [(0, 1, 2), (1, 0, 2), (2, 0, 1), (2, 1, 0), (0, 2, 1)][rng.integers(5)]
    grouping = rng.integers(3)

    def layout(blocks):
        if len({b.shape for b in blocks}) > 1:
            table = np.concatenate(blocks)
            return table.T if axes[0] == 2 else table
        cube = np.stack(blocks).transpose(axes)
        if grouping == 0:
            return cube
        if grouping == 1 or axes == (0, 2, 1):
            return cube.reshape(-1, cube.shape[2]) if axes[2] == 2 else cube.reshape(len(cube), -1)
        return np.ascontiguousarray(cube).ravel()

    return layout


def _sequences(rng, cell, right):
    axes = rng.permutation(3)
    word = OUTPUTS[rng.integers(len(OUTPUTS))]
    mark = ("d{}", "d{}t", "{}.grad", "grad_{}")[rng.integers(4)]
    return {
        word: right["h"].transpose(axes),
        mark.format(cell.input): right[f"d{cell.input}"].transpose(axes),
    }
