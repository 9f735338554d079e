"""Forward steps of `catalogue.matrices`, from the sources and not from the declarations."""

import autograd.numpy as np
from forwards_common import log1pexp, normed, outer, read, rectified, sig, unit


def projected(p, x, names="qkv"):
    return (p[f"W_{n}"] @ x for n in names)


def weighed(p, name, x):
    """One number a sample: w·x + s, as (1, B)."""
    return np.sum(p[f"w_{name}"] * x, axis=0, keepdims=True) + p[f"s_{name}"]


def mlstm(p, x, s):
    q, k, v = (p[f"W_{n}"] @ x + p[f"b_{n}"] for n in "qkv")
    i_raw, log_f = weighed(p, "i", x), -np.log1p(np.exp(-weighed(p, "f", x)))
    m = np.maximum(log_f + s["m"], i_raw)
    f, i = np.exp(log_f + s["m"] - m), np.exp(i_raw - m)
    C, n = f * s["C"] + i * outer(v, k), f * s["n"] + i * k
    below = np.maximum(np.abs(np.sum(q * n, axis=0, keepdims=True)), np.exp(-m))
    h = sig(p["W_o"] @ x + p["b_o"]) * (read(C, q) / below)
    return h, {"h": h, "C": C, "n": n, "m": m}


def elu1(v):
    return np.where(v > 0, v + 1, np.exp(v))


def linear_attention(p, x, s):
    q, k, v = projected(p, x)
    q, k = elu1(q), elu1(k)
    C, z = s["C"] + outer(v, k), s["n"] + k
    return read(C, q) / np.sum(q * z, axis=0), {"C": C, "n": z}


def deltanet(p, x, s):
    q, k, v = projected(p, x)
    k, C = unit(k), s["C"]
    C = C + outer(sig(weighed(p, "beta", x)) * (v - read(C, k)), k)
    return read(C, q), {"C": C}


def gated_deltanet(p, x, s):
    q, k, v = projected(p, x)
    k, g = unit(k), -np.exp(p["s_log"]) * log1pexp(weighed(p, "alpha", x))
    C = s["C"] * np.exp(g)
    C = C + outer((v - read(C, k)) * sig(weighed(p, "beta", x)), k)
    return read(C, q), {"C": C}


def gla(p, x, s):
    q, k, v = projected(p, x)
    log_gate = -np.log1p(np.exp(-(p["W_a"] @ (p["W_u"] @ x) + p["b_a"]))) / 16
    C = s["C"] * np.exp(log_gate)[None] + outer(v, k)
    return read(C, q), {"C": C}


def retnet(p, x, s):
    q, k, v = projected(p, x)
    C = (1 - 2.0**-5) * s["C"] + outer(v, k)
    return read(C, q), {"C": C}


def mamba2(p, x, s):
    q, k, u = projected(p, x, "qku")
    dt = log1pexp(weighed(p, "d", x))
    A = -np.exp(p["s_log"])
    C = s["C"] * np.exp(dt * A) + outer(dt * u, k)
    return read(C, q) + p["s_skip"] * u, {"C": C}


def hgrn2(p, x, s):
    q, v = projected(p, x, "qv")
    q = q * sig(q)
    f = 0.5 + 0.5 * sig(p["W_f"] @ x)
    C = np.einsum("ijb,jb->ijb", s["C"], f) + outer(v, 1 - f)
    return read(C, q), {"C": C}


def rwkv6(p, x, s):
    r, k, v = projected(p, x, "rkv")
    w, kv = -np.exp(p["W_d"] @ x + p["b_d"]), outer(v, k)
    y = np.sum((s["C"] + p["w_bonus"][None] * kv) * r[None], axis=1)
    return y, {"C": s["C"] * np.exp(w)[None] + kv}


def rwkv7(p, x, s):
    last, C = s["last"], s["C"]
    mixed = {n: x + p[f"mu_{n}"] * (last - x) for n in "rdkvag"}
    r, k, v, g = (p[f"W_{n}"] @ mixed[n] for n in "rkvg")
    w = np.exp(-sig(p["W_d"] @ mixed["d"] + p["b_d"]) / np.e**0.5)
    a = sig(p["W_a"] @ mixed["a"] + p["b_a"])
    kk = unit(k * p["w_n"])
    k = k + k * (a - 1) * p["w_a"]
    C = C * w[None] - outer(read(C, kk), kk * a) + outer(v, k)
    y = read(C, r) + np.sum(r * k * p["w_r"], axis=0, keepdims=True) * v
    return p["W_h"] @ (y * g), {"last": x, "C": C}


def fast_weights(p, x, s):
    h = s["h"]
    A = 0.95 * s["A"] + 0.5 * outer(h, h)
    slow = p["W_h"] @ h + p["W_x"] @ x
    h = rectified(normed(slow + read(A, rectified(slow)), p["g_h"], p["b_h"]))
    return h, {"h": h, "A": A}


STEPS = {
    "MLSTM": mlstm,
    "LINEAR_ATTENTION": linear_attention,
    "DELTANET": deltanet,
    "GATED_DELTANET": gated_deltanet,
    "GLA": gla,
    "RETNET": retnet,
    "MAMBA2": mamba2,
    "HGRN2": hgrn2,
    "RWKV6": rwkv6,
    "RWKV7": rwkv7,
    "FAST_WEIGHTS": fast_weights,
}
