"""Forward steps of `catalogue.plain`, from the sources and not from the declarations."""

import autograd.numpy as np
from forwards_common import rectified, sig, softmax, th


def irnn(p, x, s):
    h = rectified(p["W_hh"] @ s["h"] + p["W_hx"] @ x + p["b_h"])
    return h, {"h": h}


def indrnn(p, x, s):
    h = rectified(p["W_hx"] @ x + p["w_h"] * s["h"] + p["b_h"])
    return h, {"h": h}


def jordan(p, x, s):
    h = sig(p["W_h"] @ x + p["U_h"] @ s["y"] + p["b_h"])
    y = sig(p["W_y"] @ h + p["b_y"])
    return y, {"y": y}


def scrn(p, x, s):
    c = 0.05 * (p["B_s"] @ x) + 0.95 * s["s"]
    h = sig(p["P_h"] @ c + p["A_h"] @ x + p["R_h"] @ s["h"])
    return th(p["U_y"] @ h + p["V_y"] @ c), {"h": h, "s": c}


def multiplicative(p, x, s):
    f = np.einsum("kd,dB,kh,hB->kB", p["W_fx"], x, p["W_fh"], s["h"])
    h = th(p["W_hf"] @ f + p["W_hx"] @ x + p["b_h"])
    return h, {"h": h}


def mi(p, x, s):
    wx, uh = p["W_h"] @ x, p["U_h"] @ s["h"]
    h = th(p["alpha_h"] * wx * uh + p["beta_one"] * uh + p["beta_two"] * wx + p["b_h"])
    return h, {"h": h}


def turning(W, gamma):
    """The antisymmetric part that the papers use, with some friction."""
    return W - W.T - gamma * np.eye(len(W))


def antisymmetric(p, x, s):
    h = s["h"]
    h = h + 0.01 * th(turning(p["W_h"], 0.01) @ h + p["V_h"] @ x + p["b_h"])
    return h, {"h": h}


def gated_antisymmetric(p, x, s):
    h, M = s["h"], turning(p["W_h"], 0.01)
    gate = sig(M @ h + p["V_z"] @ x + p["b_z"])
    h = h + 0.01 * gate * th(M @ h + p["V_h"] @ x + p["b_h"])
    return h, {"h": h}


def lipschitz(p, x, s):
    h, beta, gamma, step = s["h"], 0.8, 0.01, 0.01

    def mixed(M):
        return beta * (M - M.T) + (1 - beta) * (M + M.T) - gamma * np.eye(len(M))

    z = p["U_c"] @ x + p["b_c"]
    h = h + step * (mixed(p["M_a"]) @ h) + step * th(mixed(p["M_c"]) @ h + z)
    return h, {"h": h}


def echo_state(p, x, s):
    h = 0.7 * s["h"] + 0.3 * th(p["W_h"] @ s["h"] + p["W_x"] @ x)
    return p["V_y"] @ h + p["b_y"], {"h": h}


def clockwork(p, inputs, s):
    x, k = inputs["x"], inputs["k"]
    new = th(p["W_two"] @ x + p["U_two"] @ s["h2"] + p["b_two"])
    h1 = th(p["W_one"] @ x + p["U_one"] @ s["h1"] + p["U_onetwo"] @ s["h2"] + p["b_one"])
    h2 = s["h2"] + k * (new - s["h2"])
    return th(p["W_y1"] @ h1 + p["W_y2"] @ h2 + p["b_y"]), {"h1": h1, "h2": h2}


def fastrnn(p, x, s):
    new = th(p["W_h"] @ x + p["U_h"] @ s["h"] + p["b_h"])
    h = sig(p["s_beta"]) * s["h"] + sig(p["s_alpha"]) * new
    return h, {"h": h}


def hopfield(p, x, s):
    X, q = p["X_p"], p["W_q"] @ x + p["U_q"] @ s["h"] + p["b_q"]
    h = X @ softmax(1.0 * (np.transpose(X) @ q))
    return h, {"h": h}


STEPS = {
    "IRNN": irnn,
    "INDRNN": indrnn,
    "JORDAN": jordan,
    "SCRN": scrn,
    "MULTIPLICATIVE_RNN": multiplicative,
    "MI_RNN": mi,
    "ANTISYMMETRIC": antisymmetric,
    "GATED_ANTISYMMETRIC": gated_antisymmetric,
    "LIPSCHITZ": lipschitz,
    "ESN": echo_state,
    "CLOCKWORK": clockwork,
    "FASTRNN": fastrnn,
    "HOPFIELD": hopfield,
}
