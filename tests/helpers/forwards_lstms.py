"""Forward steps of `catalogue.lstms`, from the sources and not from the declarations."""

import autograd.numpy as np
from forwards_common import normed, sig, softmax, th


def janet(p, x, s):
    h = s["h"]
    f = p["W_fh"] @ h + p["W_fx"] @ x + p["b_f"]
    g = th(p["W_ch"] @ h + p["W_cx"] @ x + p["b_c"])
    h = sig(f) * h + (1 - sig(f - 1.0)) * g
    return h, {"h": h}


def ran(p, x, s):
    h, c = s["h"], s["c"]
    i, f = (sig(p[f"W_{k}h"] @ h + p[f"W_{k}x"] @ x + p[f"b_{k}"]) for k in "if")
    c = i * (p["W_cx"] @ x) + f * c
    return th(c), {"h": th(c), "c": c}


def multiplicative(p, x, s):
    h, c = s["h"], s["c"]
    m = (p["W_mx"] @ x) * (p["W_mh"] @ h)
    i, f, o = (sig(p[f"W_{k}x"] @ x + p[f"W_{k}m"] @ m) for k in "ifo")
    c = f * c + i * th(p["W_hx"] @ x + p["W_hm"] @ m)
    h = th(c) * o
    return h, {"h": h, "c": c}


def mogrifier(p, x, s):
    h, c = s["h"], s["c"]
    x = 2 * sig(p["Q_one"] @ h) * x
    h = 2 * sig(p["R_two"] @ x) * h
    x = 2 * sig(p["Q_three"] @ h) * x
    f, i, o = (sig(p[f"W_{k}h"] @ h + p[f"W_{k}x"] @ x + p[f"b_{k}"]) for k in "fio")
    c = f * c + i * th(p["W_ch"] @ h + p["W_cx"] @ x + p["b_c"])
    h = o * th(c)
    return h, {"h": h, "c": c}


def working_memory(p, x, s):
    h, c = s["h"], s["c"]
    pre = {k: p[f"W_{k}x"] @ x + p[f"W_{k}h"] @ h + p[f"b_{k}"] for k in "ifco"}
    i, f = sig(pre["i"] + th(p["M_ic"] @ c)), sig(pre["f"] + th(p["M_fc"] @ c))
    c = f * c + i * th(pre["c"])
    o = sig(pre["o"] + th(p["M_oc"] @ c))
    return o * th(c), {"h": o * th(c), "c": c}


def layer_normed(p, x, s):
    a = {
        k: normed(p[f"W_{k}h"] @ s["h"] + p[f"W_{k}x"] @ x, p[f"g_{k}"], p[f"b_{k}"])
        for k in "fiuo"
    }
    c = sig(a["f"]) * s["c"] + sig(a["i"]) * th(a["u"])
    h = sig(a["o"]) * th(normed(c, p["g_c"], p["b_c"]))
    return h, {"h": h, "c": c}


def slstm(p, x, s):
    raw = {k: p[f"W_{k}"] @ x + p[f"R_{k}"] @ s["h"] + p[f"b_{k}"] for k in "fizo"}
    late = np.log(sig(raw["f"])) + s["m"]
    m = np.maximum(raw["i"], late)
    i, f = np.exp(raw["i"] - m), np.exp(late - m)
    c, n = f * s["c"] + i * th(raw["z"]), f * s["n"] + i
    h = sig(raw["o"]) * c / n
    return h, {"h": h, "c": c, "n": n, "m": m}


def ordered(p, x, s):
    h, c = s["h"], s["c"]
    raw = {k: p[f"W_{k}"] @ x + p[f"U_{k}"] @ h + p[f"b_{k}"] for k in "pqfiuo"}
    size = len(c) // len(p["L_cum"])
    # L is given as random numbers here; with a lower triangle of ones this is cumsum(softmax)
    forget = np.repeat(p["L_cum"] @ softmax(raw["p"]), size, axis=0)
    enter = np.repeat(1.0 - p["L_cum"] @ softmax(raw["q"]), size, axis=0)
    overlap = forget * enter
    f = sig(raw["f"]) * overlap + (forget - overlap)
    i = sig(raw["i"]) * overlap + (enter - overlap)
    c = f * c + i * th(raw["u"])
    h = sig(raw["o"]) * th(c)
    return h, {"h": h, "c": c}


def zoneout(p, inputs, s):
    x, keep_c, keep_h, h, c = (*(inputs[n] for n in ("x", "d_c", "d_h")), s["h"], s["c"])
    f, i, o = (sig(p[f"W_{k}h"] @ h + p[f"W_{k}x"] @ x + p[f"b_{k}"]) for k in "fio")
    new = f * c + i * th(p["W_ch"] @ h + p["W_cx"] @ x + p["b_c"])
    h = keep_h * h + (1 - keep_h) * (o * th(new))
    return h, {"h": h, "c": keep_c * c + (1 - keep_c) * new}


def hyper(p, x, s):
    h, c = s["h"], s["c"]
    q = th(p["M_qx"] @ x + p["M_qh"] @ h + p["M_qq"] @ s["q"] + p["b_q"])
    z = p["M_z"] @ q
    pre = {
        k: (p[f"D_{k}h"] @ z) * (p[f"U_{k}"] @ h)
        + (p[f"D_{k}x"] @ z) * (p[f"W_{k}"] @ x)
        + p[f"V_{k}"] @ z
        + p[f"b_{k}"]
        for k in "fiuo"
    }
    c = sig(pre["f"]) * c + sig(pre["i"]) * th(pre["u"])
    h = sig(pre["o"]) * th(c)
    return h, {"h": h, "c": c, "q": q}


STEPS = {
    "JANET": janet,
    "RAN": ran,
    "MULTIPLICATIVE_LSTM": multiplicative,
    "MOGRIFIER": mogrifier,
    "WMC_LSTM": working_memory,
    "LN_LSTM": layer_normed,
    "SLSTM": slstm,
    "ON_LSTM": ordered,
    "ZONEOUT": zoneout,
    "HYPERLSTM": hyper,
}
