"""Cells whose state moves linearly, unit by unit: a scan can compute all steps at once."""

from lstm_ref import cell, cos, exp, max, min, sigma, sin, softplus, sqrt, t, tanh


@cell
def QRNN(x, last, h, c, z, f, o, *, W, V, b):
    """Quasi-recurrent network of width 2 with fo-pooling. Bradbury et al. 2017.

    Read: code of salesforce/pytorch-qrnn.
    Note: f keeps, as in the paper; in that code it lets in.
    """
    z[t] = tanh(V.z @ last[t - 1] + W.z @ x[t] + b.z)
    f[t] = sigma(V.f @ last[t - 1] + W.f @ x[t] + b.f)
    o[t] = sigma(V.o @ last[t - 1] + W.o @ x[t] + b.o)
    last[t] = x[t]
    c[t] = f[t] * c[t - 1] + (1 - f[t]) * z[t]
    h[t] = o[t] * c[t]


@cell
def STRONGLY_TYPED_LSTM(x, last, h, c, z, f, o, *, W, V, b):
    """LSTM whose gates and candidate see inputs alone. Balduzzi & Ghifary 2016.

    Read: formulas of RecurrentLayers.jl.
    """
    z[t] = W.z @ x[t] + V.z @ last[t - 1] + b.z
    f[t] = sigma(W.f @ x[t] + V.f @ last[t - 1] + b.f)
    o[t] = tanh(W.o @ x[t] + V.o @ last[t - 1] + b.o)
    last[t] = x[t]
    c[t] = f[t] * c[t - 1] + (1 - f[t]) * z[t]
    h[t] = c[t] * o[t]


@cell
def MINGRU(x, h, z, h_tilde, *, W, b):
    """minGRU, a GRU without the state in its gate. Feng et al. 2024.

    Read: memory.
    """
    z[t] = sigma(W.z @ x[t] + b.z)
    h_tilde[t] = W.h @ x[t] + b.h
    h[t] = (1 - z[t]) * h[t - 1] + z[t] * h_tilde[t]


@cell
def MINGRU_POSITIVE(x, h, z, a, *, W):
    """minGRU with a candidate above zero, as its logarithm needs it. Feng et al. 2024.

    Read: code of lucidrains/minGRU-pytorch.
    Note: the candidate is a + 1/2 above zero and σ(a) below.
    """
    z[t] = sigma(W.z @ x[t])
    a[t] = W.h @ x[t]
    h[t] = (1 - z[t]) * h[t - 1] + z[t] * (max(a[t], 0) + sigma(min(a[t], 0)))


@cell
def MINLSTM(x, h, f, i, h_tilde, *, W, b):
    """minLSTM, gates without the state, normalised. Feng et al. 2024.

    Read: memory.
    """
    f[t] = sigma(W.f @ x[t] + b.f)
    i[t] = sigma(W.i @ x[t] + b.i)
    h_tilde[t] = W.h @ x[t] + b.h
    h[t] = f[t] / (f[t] + i[t]) * h[t - 1] + i[t] / (f[t] + i[t]) * h_tilde[t]


@cell
def LRU(x, y, p, q, *, B, C, d, nu, theta, gamma):
    """Linear recurrent unit, a complex diagonal as two real states p + iq. Orvieto et al. 2023.

    Read: code of NicolasZucchet/minimal-LRU.
    """
    p[t] = exp(-exp(nu.log)) * (
        cos(exp(theta.log)) * p[t - 1] - sin(exp(theta.log)) * q[t - 1]
    ) + exp(gamma.log) * (B.re @ x[t])
    q[t] = exp(-exp(nu.log)) * (
        sin(exp(theta.log)) * p[t - 1] + cos(exp(theta.log)) * q[t - 1]
    ) + exp(gamma.log) * (B.im @ x[t])
    y[t] = C.re @ p[t] - C.im @ q[t] + d.y * x[t]


@cell
def RG_LRU(x, h, r, i, a, *, W, b, lamda, c=8.0):
    """Real-gated linear recurrent unit of Griffin. De et al. 2024.

    Read: code of google-deepmind/recurrentgemma.
    Note: one block, so the matrices of the gates are full.
    """
    r[t] = sigma(W.r @ x[t] + b.r)
    i[t] = sigma(W.i @ x[t] + b.i)
    a[t] = exp(-c * softplus(lamda.a) * r[t])
    h[t] = a[t] * h[t - 1] + sqrt(1 - a[t] ** 2) * (i[t] * x[t])


@cell
def HGRN(x, h, a, u, v, f, g, p, q, *, W, V, b, theta, gamma=0.5):
    """Hierarchically gated network, forget gates have a lower bound gamma. Qin et al. 2023.

    Read: code of Doraemonzzz/hgru-pytorch.
    Note: without the normalisation before the output.
    """
    a[t] = W.u @ x[t] + b.u
    u[t] = a[t] * sigma(a[t])
    g[t] = W.v @ x[t] + b.v
    v[t] = g[t] * sigma(g[t])
    f[t] = gamma + (1 - gamma) * sigma(W.f @ x[t] + b.f)
    p[t] = f[t] * (cos(theta.p) * p[t - 1] - sin(theta.p) * q[t - 1]) + (1 - f[t]) * u[t]
    q[t] = f[t] * (cos(theta.p) * q[t - 1] + sin(theta.p) * p[t - 1]) + (1 - f[t]) * v[t]
    h[t] = V.p @ p[t] + V.q @ q[t] + b.h


@cell
def SELECTIVE(x, y, h, d, s, c, *, W, w, a, b):
    """Selective recurrence, Mamba's with one state a channel. After Gu & Dao 2023.

    Read: code of state-spaces/mamba (selective_state_update_ref, in a copy).
    """
    d[t] = softplus(W.d @ x[t] + b.d)
    s[t] = W.s @ x[t]
    c[t] = W.c @ x[t]
    h[t] = exp(-d[t] * exp(a.log)) * h[t - 1] + d[t] * s[t] * x[t]
    y[t] = c[t] * h[t] + w.y * x[t]


@cell
def RWKV4(x, h, last, r, k, v, q, o, p, a, n, *, W, mu, w):
    """RWKV-4 time mixing with the maximum that keeps exponentials small. Peng et al. 2023.

    Read: code of BlinkDL/RWKV-LM (RWKV_RNN.SA of RWKV-v4).
    """
    k[t] = W.k @ (mu.k * x[t] + (1 - mu.k) * last[t - 1])
    v[t] = W.v @ (mu.v * x[t] + (1 - mu.v) * last[t - 1])
    r[t] = sigma(W.r @ (mu.r * x[t] + (1 - mu.r) * last[t - 1]))
    last[t] = x[t]
    q[t] = max(p[t - 1], w.first + k[t])
    o[t] = (exp(p[t - 1] - q[t]) * a[t - 1] + exp(w.first + k[t] - q[t]) * v[t]) / (
        exp(p[t - 1] - q[t]) * n[t - 1] + exp(w.first + k[t] - q[t])
    )
    p[t] = max(p[t - 1] - exp(w.decay), k[t])
    a[t] = exp(p[t - 1] - exp(w.decay) - p[t]) * a[t - 1] + exp(k[t] - p[t]) * v[t]
    n[t] = exp(p[t - 1] - exp(w.decay) - p[t]) * n[t - 1] + exp(k[t] - p[t])
    h[t] = W.o @ (r[t] * o[t])
