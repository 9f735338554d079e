"""Forward steps of `catalogue.gates`, from the sources and not from the declarations."""

from forwards_common import rectified, sig, th


def ugrnn(p, x, s):
    h = s["h"]
    c = th(p["W_ch"] @ h + p["W_cx"] @ x + p["b_c"])
    g = sig(p["W_gh"] @ h + p["W_gx"] @ x + p["b_g"])
    h = g * h + (1 - g) * c
    return h, {"h": h}


def cfn(p, x, s):
    h = s["h"]
    a, e = (sig(p[f"W_{k}h"] @ h + p[f"W_{k}x"] @ x + p[f"b_{k}"]) for k in "te")
    h = a * th(h) + e * th(p["W_hx"] @ x)
    return h, {"h": h}


def mut1(p, x, s):
    h = s["h"]
    z = sig(p["W_xz"] @ x + p["b_z"])
    r = sig(p["W_xr"] @ x + p["W_hr"] @ h + p["b_r"])
    h = th(p["W_hh"] @ (r * h) + th(x) + p["b_h"]) * z + h * (1 - z)
    return h, {"h": h}


def mut2(p, x, s):
    h = s["h"]
    z = sig(p["W_xz"] @ x + p["W_hz"] @ h + p["b_z"])
    r = sig(x + p["W_hr"] @ h + p["b_r"])
    h = th(p["W_hh"] @ (r * h) + p["W_xh"] @ x + p["b_h"]) * z + h * (1 - z)
    return h, {"h": h}


def mut3(p, x, s):
    h = s["h"]
    z = sig(p["W_xz"] @ x + p["W_hz"] @ th(h) + p["b_z"])
    r = sig(p["W_xr"] @ x + p["W_hr"] @ h + p["b_r"])
    h = th(p["W_hh"] @ (r * h) + p["W_xh"] @ x + p["b_h"]) * z + h * (1 - z)
    return h, {"h": h}


def star(p, x, s):
    h = s["h"]
    z = th(p["W_zx"] @ x + p["b_z"])
    k = sig(p["W_kx"] @ x + p["W_kh"] @ h + p["b_k"])
    h = th((1 - k) * h + k * z)
    return h, {"h": h}


def atr(p, x, s):
    a, q = p["W_x"] @ x + p["b_p"], p["W_h"] @ s["h"]
    h = sig(a + q) * a + sig(a - q) * s["h"]
    return h, {"h": h}


def sgrn(p, x, s):
    wx = p["W_x"] @ x
    f = sig(wx + p["W_h"] @ s["h"] + p["b_f"])
    h = th((1 - f) * wx + f * s["h"])
    return h, {"h": h}


def minimal(p, x, s):
    z = th(p["W_z"] @ x + p["b_z"])
    u = sig(p["U_h"] @ s["h"] + p["U_z"] @ z + p["b_u"])
    h = u * s["h"] + (1 - u) * z
    return h, {"h": h}


def brc(p, x, s):
    h = s["h"]
    r = th(p["W_ax"] @ x + h * p["w_a"] + p["b_a"]) + 1
    z = sig(p["W_cx"] @ x + h * p["w_c"] + p["b_c"])
    h = z * h + (1.0 - z) * th(p["W_hx"] @ x + r * h)
    return h, {"h": h}


def nbrc(p, x, s):
    h = s["h"]
    r = th(p["W_ax"] @ x + p["W_ah"] @ h + p["b_a"]) + 1
    z = sig(p["W_cx"] @ x + p["W_ch"] @ h + p["b_c"])
    h = z * h + (1.0 - z) * th(p["W_hx"] @ x + r * h)
    return h, {"h": h}


def ligru(p, x, s):
    z = sig(p["W_zx"] @ x + p["W_zh"] @ s["h"] + p["b_z"])
    h = z * s["h"] + (1 - z) * rectified(p["W_hx"] @ x + p["W_hh"] @ s["h"] + p["b_h"])
    return h, {"h": h}


def fastgrnn(p, x, s):
    shared = p["W_p"] @ x + p["U_p"] @ s["h"]
    z, c = sig(shared + p["b_z"]), th(shared + p["b_h"])
    h = z * s["h"] + (sig(p["s_zeta"]) * (1.0 - z) + sig(p["s_nu"])) * c
    return h, {"h": h}


def deltarnn(p, x, s):
    vh, wx = p["V_h"] @ s["h"], p["W_x"] @ x
    z = th(p["alpha_z"] * vh * wx + p["beta_one"] * vh + p["beta_two"] * wx + p["b_z"])
    r = sig(wx + p["b_r"])
    h = th((1 - r) * z + r * s["h"])
    return h, {"h": h}


def lrn(p, x, s):
    q, k, v = (p[f"W_{n}"] @ x for n in "qkv")
    h = th(sig(k + s["h"]) * v + sig(q - s["h"]) * s["h"])
    return h, {"h": h}


def rhn(p, x, state):
    s = state["s"]
    for layer in (1, 2):
        a = p[f"R_h{layer}"] @ s + p[f"b_h{layer}"] + (p["W_h"] @ x if layer == 1 else 0)
        b = p[f"R_g{layer}"] @ s + p[f"b_g{layer}"] + (p["W_g"] @ x if layer == 1 else 0)
        s = th(a) * sig(b) + s * (1 - sig(b))
    return s, {"s": s}


STEPS = {
    "UGRNN": ugrnn,
    "CFN": cfn,
    "MUT1": mut1,
    "MUT2": mut2,
    "MUT3": mut3,
    "STAR": star,
    "ATR": atr,
    "SGRN": sgrn,
    "MINIMALRNN": minimal,
    "BRC": brc,
    "NBRC": nbrc,
    "LIGRU": ligru,
    "FASTGRNN": fastgrnn,
    "DELTARNN": deltarnn,
    "LRN": lrn,
    "RHN": rhn,
}
