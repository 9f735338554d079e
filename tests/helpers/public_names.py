"""Right gradients under the names and in the layouts of public implementations and libraries.

Each function makes the arrays of a file from the right tensors of a cell.
"""

import numpy as np

LETTERS = {"f": "f", "i": "i", "c": "c", "o": "o"}
G = {**LETTERS, "c": "g"}
GRU = {"z": "z", "r": "r", "h": "h"}


def words(f="forget", i="input", c="candidate", o="output"):
    return {"f": f, "i": i, "c": c, "o": o}


def apart(right, gates, x, h, b=None, turned=False):
    """One array a gate and source; gates: our letter -> word."""
    found = {}
    for g, word in gates.items():
        for name, tensor in ((x, f"dW_{g}x"), (h, f"dW_{g}h")):
            found[name.format(word)] = right[tensor].T if turned else right[tensor]
        if b:
            found[b.format(word)] = right[f"db_{g}"][:, 0]
    return found


def joined(right, gates, w, b, order="hx"):
    """One array a gate, both sources side by side."""
    found = {}
    for g, word in gates.items():
        found[w.format(word)] = np.hstack([right[f"dW_{g}{s}"] for s in order])
        found[b.format(word)] = right[f"db_{g}"][:, 0]
    return found


def pile(right, order, source):
    """The gates on top of each other."""
    name = "db_{}" if source == "1" else "dW_{}" + source
    return np.concatenate([right[name.format(g)] for g in order])


def peepholes(right, name, gates):
    return {name.format(word): right[f"dw_{g}c"][:, 0] for g, word in gates.items()}


def rows(value):
    return value.transpose(0, 2, 1)


def whole(right, order, sources="xh"):
    """(inputs and units, gates): one matrix of all."""
    return np.hstack([pile(right, order, s) for s in sources]).T


def by_unit(right, order, source):
    """All gates of a unit side by side, as Chainer has them."""
    name = "db_{}" if source == "1" else "dW_{}" + source
    cube = np.stack([right[name.format(g)] for g in order], axis=1)
    return cube.reshape(-1, cube.shape[-1])


def two_biases(right, order, first, second):
    return {first: pile(right, order, "1")[:, 0], second: pile(right, order, "1")[:, 0]}


def after(right, first, second):
    """The two biases of a GRU that resets after, by gate."""
    other = {"z": "db_z", "r": "db_r", "h": "db_hh"}
    n = {"z": "z", "r": "r", "h": "n"}
    found = {first.format(n[g]): right[f"db_{g}"] for g in n}
    return found | {second.format(n[g]): right[name] for g, name in other.items()}


N = {"z": "z", "r": "r", "h": "n"}
LASAGNE = words("forgetgate", "ingate", "cell", "outgate")
APPLE = words("forgetGate", "inputGate", "blockInput", "outputGate")
LITE = words(c="cell")
BRAIN = words(c="cellActivation")
ONEDNN = {"layer": "x", "iter": "h"}

PUBLIC = [
    ("VANILLA", "Greff", lambda r: apart(r, {**G, "c": "z"}, "dW{}", "dR{}", "db{}")
     | peepholes(r, "dp{}", {"f": "f", "i": "i", "o": "o"})),
    ("VANILLA", "pylstm", lambda r: apart(r, words("F", "I", "Z", "O"), "d{}X", "d{}H", "d{}_bias")
     | peepholes(r, "d{}S", {"f": "F", "i": "I", "o": "O"})),
    ("LSTM", "Ng", lambda r: joined(r, {**LETTERS, "i": "u"}, "dW{}", "db{}")
     | {"dA_prev": r["dh_0"], "dC_prev": r["dc_0"], "dXt": r["dx"]}),
    ("ELMAN", "Ng, RNN", lambda r: {"dWax": r["dW_hx"], "dWaa": r["dW_hh"], "dba": r["db_h"],
                                    "da0": r["dh_0"], "dx": r["dx"].transpose(1, 2, 0)}),
    ("ELMAN", "numpy-ml, RNN", lambda r: {"Wax": r["dW_hx"].T, "Waa": r["dW_hh"].T,
                                          "ba": r["db_h"], "bx": r["db_h"]}),
    ("LSTM", "CS231n", lambda r: {"dWx": whole(r, "ifoc", "x"), "dWh": whole(r, "ifoc", "h"),
                                  "db": pile(r, "ifoc", "1")[:, 0], "dh0": r["dh_0"].T,
                                  "dx": r["dx"].transpose(2, 0, 1)}),
    ("LSTM", "a gist", lambda r: {"dWLSTM": whole(r, "ifoc", "1xh"), "dX": rows(r["dx"]),
                                  "dc0": r["dc_0"].T, "Hout": rows(r["h"]), "C": rows(r["c"])}),
    ("LSTM", "nicodjimenez", lambda r: joined(r, G, "w{}_diff", "b{}_diff", "xh")),
    ("LSTM", "d2l", lambda r: apart(r, LETTERS, "W_x{}.grad", "W_h{}.grad", "b_{}.grad", True)),
    ("LSTM", "Flax", lambda r: apart(r, G, "i{}/kernel", "h{}/kernel", "h{}/bias", True)),
    ("VANILLA", "Lasagne", lambda r: apart(r, LASAGNE, "W_in_to_{}", "W_hid_to_{}", "b_{}", True)
     | peepholes(r, "W_cell_to_{}", {g: w for g, w in LASAGNE.items() if g != "c"})),
    ("LSTM", "Core ML", lambda r: apart(r, APPLE, "{}WeightMatrix", "{}RecursionMatrix",
                                        "{}BiasVector")),
    ("GRU_AFTER", "Core ML, GRU", lambda r: apart(
        r, {"z": "updateGate", "r": "resetGate", "h": "outputGate"}, "{}WeightMatrix",
        "{}RecursionMatrix", "{}BiasVector")),
    ("LSTM", "TensorFlow Lite", lambda r: apart(r, LITE, "input_to_{}_weights",
                                                "recurrent_to_{}_weights", "{}_gate_bias")),
    ("LSTM", "brain.js", lambda r: apart(r, BRAIN, "{}Matrix.deltas", "{}Hidden.deltas",
                                         "{}Bias.deltas")),
    ("GRU_BEFORE", "brain.js, GRU", lambda r: apart(
        r, {"z": "updateGate", "r": "resetGate", "h": "cellWrite"}, "{}InputMatrix",
        "{}HiddenMatrix", "{}Bias")),
    ("LSTM", "Darknet", lambda r: apart(r, G, "u{}.weight_updates", "w{}.weight_updates",
                                        "u{}.bias_updates")),
    ("VANILLA", "mkfn", lambda r: apart(r, words("F", "I", "", "O"), "delta_w{}in", "delta_w{}r",
                                        "delta_b{}")
     | peepholes(r, "delta_w{}", {"f": "F", "i": "I", "o": "O"})),
    ("GRU_BEFORE", "DyNet, GRU", lambda r: apart(r, {g: g.upper() for g in GRU}, "X2{}", "H2{}",
                                                 "B{}")),
    ("GRU_AFTER", "PyTorch's formula", lambda r: apart(r, N, "W_i{}", "W_h{}")
     | after(r, "b_i{}", "b_h{}")),
    ("GRU_AFTER", "CMU", lambda r: apart(r, N, "dW{}x", "dW{}h") | after(r, "db{}x", "db{}h")),
    ("GRU_BEFORE", "candidate without a name",
     lambda r: apart(r, {**GRU, "h": ""}, "dW{}", "dU{}", "db{}")),
    ("GRU_BEFORE", "sooftware", lambda r: apart(r, {**GRU, "h": ""}, "dWx{}", "dWh{}")),
    ("GRU_BEFORE", "Chainer, GRU", lambda r: {
        **apart(r, {"z": "_z", "r": "_r", "h": ""}, "W{}/W", "U{}/W", "W{}/b")}),
    ("GRU_BEFORE", "TensorFlow 1, GRU", lambda r: {
        "gru_cell/gates/kernel": whole(r, "rz"), "gru_cell/gates/bias": pile(r, "rz", "1")[:, 0],
        "gru_cell/candidate/kernel": whole(r, "h"), "gru_cell/candidate/bias": r["db_h"]}),
    ("VANILLA", "TensorFlow 1", lambda r: {
        "rnn/lstm_cell/kernel:0": whole(r, "icfo"), "rnn/lstm_cell/bias:0": pile(r, "icfo", "1"),
        **peepholes(r, "rnn/lstm_cell/w_{}_diag:0", {"f": "f", "i": "i", "o": "o"})}),
    ("VANILLA", "Kaldi", lambda r: {
        "w_gifo_x_corr_": pile(r, "cifo", "x"), "w_gifo_r_corr_": pile(r, "cifo", "h"),
        "bias_corr_": pile(r, "cifo", "1")[:, 0],
        **peepholes(r, "peephole_{}_c_corr_", {"f": "f", "i": "i", "o": "o"})}),
    ("LSTM", "oneDNN", lambda r: {
        **{f"diff_weights_{word}": np.stack([r[f"dW_{g}{s}"].T for g in "ifco"], 1)[None, None]
           for word, s in ONEDNN.items()},
        "diff_bias": pile(r, "ifco", "1").reshape(1, 1, 4, -1), "diff_src_layer": rows(r["dx"]),
        "diff_src_iter": r["dh_0"].T[None], "diff_src_iter_c": r["dc_0"].T[None]}),
    ("LSTM", "MXNet", lambda r: {
        "lstm0_l0_i2h_weight.grad": pile(r, "ifco", "x"),
        "lstm0_l0_h2h_weight.grad": pile(r, "ifco", "h"),
        **two_biases(r, "ifco", "lstm0_l0_i2h_bias.grad", "lstm0_l0_h2h_bias.grad")}),
    ("LSTM", "Chainer", lambda r: {
        "upward/W": by_unit(r, "cifo", "x"), "upward/b": by_unit(r, "cifo", "1")[:, 0],
        "lateral/W": by_unit(r, "cifo", "h")}),
    ("LSTM", "Flux", lambda r: {"cell.Wi": pile(r, "ifco", "x"), "cell.Wh": pile(r, "ifco", "h"),
                                "cell.b": pile(r, "ifco", "1")[:, 0]}),
    ("LSTM", "Haiku", lambda r: {"lstm/linear/w": whole(r, "icfo"),
                                 "lstm/linear/b": pile(r, "icfo", "1")[:, 0]}),
    ("LSTM", "MATLAB", lambda r: {
        "dInputWeights": pile(r, "ifco", "x"), "dRecurrentWeights": pile(r, "ifco", "h"),
        "dBias": pile(r, "ifco", "1")}),
    ("LSTM", "WebNN", lambda r: {
        "weight": pile(r, "iofc", "x")[None], "recurrentWeight": pile(r, "iofc", "h")[None],
        **two_biases(r, "iofc", "bias", "recurrentBias")}),
    ("LSTM", "cuDNN", lambda r: apart(r, LETTERS, "dW{}", "dR{}", "dbW{}")
     | {f"dbR{g}": r[f"db_{g}"][:, 0] for g in LETTERS}
     | {"dhx": r["dh_0"].T, "dcx": r["dc_0"].T, "hy": r["h"][-1].T, "cy": r["c"][-1].T}),
    ("LSTM", "a tree's LSTM", lambda r: apart(r, {**G, "c": "u"}, "Wx{}", "Wh{}", "b{}")),
    ("LSTM", "DL4J", lambda r: {"W": whole(r, "ifoc", "x"), "RW": whole(r, "ifoc", "h"),
                                "b": pile(r, "ifoc", "1").T}),
    ("LSTM", "EpyNN", lambda r: apart(r, G, "dU{}", "dV{}", "db{}", True)),
    ("LSTM", "numbered gates",
     lambda r: apart(r, words("1", "2", "3", "4"), "dWx{}", "dWh{}", "db{}")),
    ("ELMAN", "U, W, s", lambda r: {"dU": r["dW_hx"], "dW": r["dW_hh"], "ds0": r["dh_0"],
                                    "s": np.concatenate([r["h_0"][None], r["h"]])}),
    ("LSTM", "gates of all steps", lambda r: {
        "IFOG": np.concatenate([rows(r[s]) for s in ("i", "f", "o", "c_tilde")], 2),
        "dIFOG": np.concatenate([rows(r[f"delta_{s}"]) for s in ("i", "f", "o", "c_tilde")], 2),
        "dWLSTM": whole(r, "ifoc", "1xh")}),
    ("VANILLA", "capitals", lambda r: joined(
        r, words("GF", "GI", "CI", "GO"), "DW{}", "DB{}")
     | peepholes(r, "DW{}P", {"f": "F", "i": "I", "o": "O"})),
    ("LSTM", "Greek", lambda r: apart(r, LETTERS, "∂W_x{}", "∂W_h{}", "∂b_{}")
     | {"Γ_f": r["f"], "c\u0303": r["c_tilde"], "δ_o": r["delta_o"]}),
]  # fmt: skip
