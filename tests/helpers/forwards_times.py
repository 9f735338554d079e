"""Forward steps of `catalogue.times`, from the sources and not from the declarations."""

import autograd.numpy as np
from forwards_common import rectified, sig, th


def ctrnn(p, x, s):
    v = s["v"]
    v = v + 0.1 * (-v + p["W_v"] @ sig(v + p["b_v"]) + p["W_x"] @ x) / p["tau_v"]
    return v, {"v": v}


def ltc(p, x, s):
    v = s["v"]
    for _ in range(2):
        f = sig(p["W_f"] @ x + p["R_f"] @ v + p["b_f"])
        v = (v + 0.5 * f * p["a_v"]) / (1 + 0.5 * (1 / p["tau_v"] + f))
    return v, {"v": v}


def cfc(p, inputs, s):
    x, gap = inputs["x"], inputs["d"]
    z = 1.7159 * th(0.666 * (p["W_zx"] @ x + p["W_zh"] @ s["h"] + p["b_z"]))
    one, two = th(p["V_g"] @ z + p["b_g"]), th(p["V_f"] @ z + p["b_f"])
    a = sig((p["V_a"] @ z + p["b_a"]) * gap + (p["V_b"] @ z + p["b_b"]))
    h = one * (1.0 - a) + a * two
    return h, {"h": h}


def cornn(p, x, s):
    hy, hz, dt, gamma, epsilon = s["y"], s["z"], 0.042, 2.7, 4.7
    i2h = p["W_x"] @ x + p["W_z"] @ hz + p["W_y"] @ hy + p["b_z"]
    hz = hz + dt * (th(i2h) - gamma * hy - epsilon * hz)
    hy = hy + dt * hz
    return hy, {"y": hy, "z": hz}


def unicornn(p, x, s):
    step = 0.1 * sig(p["c_y"])
    z = s["z"] - step * (th(p["w_y"] * s["y"] + p["V_y"] @ x + p["b_y"]) + 9 * s["y"])
    y = s["y"] + step * z
    return y, {"y": y, "z": z}


def lem(p, x, s):
    y, z = s["y"], s["z"]
    scales = {k: p[f"W_{k}"] @ y + p[f"V_{k}"] @ x + p[f"b_{k}"] for k in ("one", "two", "z")}
    z = z + 1.0 * sig(scales["one"]) * (th(scales["z"]) - z)
    new = p["W_y"] @ z + p["V_y"] @ x + p["b_y"]
    y = y + 1.0 * sig(scales["two"]) * (th(new) - y)
    return y, {"y": y, "z": z}


def lmu(p, x, s):
    h, m = s["h"], s["m"]
    enters = p["l_x"].T @ x + p["l_h"].T @ h + p["l_m"].T @ m
    m = p["A_bar"] @ m + p["a_bar"] @ enters
    h = th(p["W_x"] @ x + p["W_h"] @ h + p["W_m"] @ m)
    return h, {"h": h, "m": m}


def tlstm(p, inputs, s):
    x, h, c = inputs["x"], s["h"], s["c"]
    gap = 1 / np.log(np.e + inputs["d"])
    short = th(p["W_d"] @ c + p["b_d"])
    c = (c - short) + short * gap
    f, i, o = (sig(p[f"W_{k}"] @ x + p[f"U_{k}"] @ h + p[f"b_{k}"]) for k in "fio")
    c = f * c + i * th(p["W_c"] @ x + p["U_c"] @ h + p["b_c"])
    h = o * th(c)
    return h, {"h": h, "c": c}


def gru_d(p, inputs, s):
    v, m, d = (inputs[n] for n in "xmd")
    h = np.exp(-rectified(p["W_g"] @ d + p["b_gh"])) * s["h"]
    fades = np.exp(-rectified(p["w_x"] * d + p["b_gx"]))
    x = m * v + (1 - m) * (fades * s["last"] + (1 - fades) * p["mu_x"])
    z, r = (sig(p[f"W_{k}"] @ x + p[f"U_{k}"] @ h + p[f"V_{k}"] @ m + p[f"b_{k}"]) for k in "zr")
    c = th(p["W_h"] @ x + p["U_h"] @ (r * h) + p["V_h"] @ m + p["b_h"])
    h = (1 - z) * h + z * c
    return h, {"h": h, "last": m * v + (1 - m) * s["last"]}


STEPS = {
    "CTRNN": ctrnn,
    "LTC": ltc,
    "CFC": cfc,
    "CORNN": cornn,
    "UNICORNN": unicornn,
    "LEM": lem,
    "LMU": lmu,
    "TLSTM": tlstm,
    "GRU_D": gru_d,
}
