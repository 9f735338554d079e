"""Forward steps of `catalogue.linear`, from the sources and not from the declarations."""

import autograd.numpy as np
from forwards_common import log1pexp, sig, th


def qrnn(p, x, s):
    conv = {k: p[f"V_{k}"] @ s["last"] + p[f"W_{k}"] @ x + p[f"b_{k}"] for k in "zfo"}
    f = sig(conv["f"])
    c = f * s["c"] + (1 - f) * th(conv["z"])
    return sig(conv["o"]) * c, {"c": c, "last": x}


def strongly_typed(p, x, s):
    pre = {k: p[f"W_{k}"] @ x + p[f"V_{k}"] @ s["last"] + p[f"b_{k}"] for k in "zfo"}
    f = sig(pre["f"])
    c = f * s["c"] + (1 - f) * pre["z"]
    return c * th(pre["o"]), {"c": c, "last": x}


def mingru(p, x, s):
    z = sig(p["W_z"] @ x + p["b_z"])
    h = s["h"] + z * (p["W_h"] @ x + p["b_h"] - s["h"])
    return h, {"h": h}


def mingru_positive(p, x, s):
    a, gate = p["W_h"] @ x, sig(p["W_z"] @ x)
    new = np.where(a >= 0, a + 0.5, sig(a))
    h = s["h"] + gate * (new - s["h"])  # torch.lerp
    return h, {"h": h}


def minlstm(p, x, s):
    f, i = sig(p["W_f"] @ x + p["b_f"]), sig(p["W_i"] @ x + p["b_i"])
    h = (f * s["h"] + i * (p["W_h"] @ x + p["b_h"])) / (f + i)
    return h, {"h": h}


def turned(radius, angle, s, enters):
    """One step of a complex diagonal: states p and q are the real and the imaginary part."""
    h = radius * np.exp(1j * angle) * (s["p"] + 1j * s["q"]) + enters
    return np.real(h), np.imag(h)


def lru(p, x, s):
    enters = np.exp(p["gamma_log"]) * ((p["B_re"] + 1j * p["B_im"]) @ x)
    re, im = turned(np.exp(-np.exp(p["nu_log"])), np.exp(p["theta_log"]), s, enters)
    y = np.real((p["C_re"] + 1j * p["C_im"]) @ (re + 1j * im)) + p["d_y"] * x
    return y, {"p": re, "q": im}


def rg_lru(p, x, s):
    gate_x, gate_a = sig(p["W_i"] @ x + p["b_i"]), sig(p["W_r"] @ x + p["b_r"])
    log_a = -8.0 * gate_a * log1pexp(p["lamda_a"])
    h = np.exp(log_a) * s["h"] + np.sqrt(1 - np.exp(2 * log_a)) * gate_x * x
    return h, {"h": h}


def silu(v):
    return v * sig(v)


def hgrn(p, x, s):
    real, imaginary = silu(p["W_u"] @ x + p["b_u"]), silu(p["W_v"] @ x + p["b_v"])
    f = 0.5 + (1 - 0.5) * sig(p["W_f"] @ x + p["b_f"])
    re, im = turned(f, p["theta_p"], s, (1 - f) * (real + 1j * imaginary))
    return p["V_p"] @ re + p["V_q"] @ im + p["b_h"], {"p": re, "q": im}


def selective(p, x, s):
    dt = np.log1p(np.exp(p["W_d"] @ x + p["b_d"]))
    h = s["h"] * np.exp(dt * -np.exp(p["a_log"])) + dt * (p["W_s"] @ x) * x
    return h * (p["W_c"] @ x) + x * p["w_y"], {"h": h}


def rwkv4(p, x, s):
    xx, aa, bb, pp = s["last"], s["a"], s["n"], s["p"]
    mix = {k: x * p[f"mu_{k}"] + xx * (1 - p[f"mu_{k}"]) for k in "kvr"}
    k, v, r = p["W_k"] @ mix["k"], p["W_v"] @ mix["v"], sig(p["W_r"] @ mix["r"])
    ww = p["w_first"] + k
    top = np.maximum(pp, ww)
    e1, e2 = np.exp(pp - top), np.exp(ww - top)
    rwkv = r * (e1 * aa + e2 * v) / (e1 * bb + e2)
    ww = pp - np.exp(p["w_decay"])
    top = np.maximum(ww, k)
    e1, e2 = np.exp(ww - top), np.exp(k - top)
    new = {"last": x, "a": e1 * aa + e2 * v, "n": e1 * bb + e2, "p": top}
    return p["W_o"] @ rwkv, new


STEPS = {
    "QRNN": qrnn,
    "STRONGLY_TYPED_LSTM": strongly_typed,
    "MINGRU": mingru,
    "MINGRU_POSITIVE": mingru_positive,
    "MINLSTM": minlstm,
    "LRU": lru,
    "RG_LRU": rg_lru,
    "HGRN": hgrn,
    "SELECTIVE": selective,
    "RWKV4": rwkv4,
}
