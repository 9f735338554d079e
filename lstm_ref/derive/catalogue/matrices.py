"""Cells whose state is a matrix: an outer product writes, a product with a vector reads.

Where a paper divides keys or queries by the root of their width, that factor is left to the
matrices around; gates and norms between the read and the next layer are left out.
"""

from lstm_ref import (
    abs,
    cell,
    diag,
    dot,
    exp,
    logsigmoid,
    max,
    mean,
    min,
    norm,
    outer,
    relu,
    scalar,
    sigma,
    softplus,
    sqrt,
    sum,
    t,
)


@cell
def MLSTM(x, h, C, n, m, q, k, v, f_tilde, i_tilde, f, i, o, *, W, w, b, s: scalar):
    """mLSTM, a matrix memory with a normaliser and a stabiliser. Beck et al. 2024.

    Read: code of NX-AI/xlstm.
    Note: that code adds 1e-6 to the denominator.
    """
    q[t] = W.q @ x[t] + b.q
    k[t] = W.k @ x[t] + b.k
    v[t] = W.v @ x[t] + b.v
    f_tilde[t] = dot(w.f, x[t]) + s.f
    i_tilde[t] = dot(w.i, x[t]) + s.i
    m[t] = max(logsigmoid(f_tilde[t]) + m[t - 1], i_tilde[t])
    f[t] = exp(logsigmoid(f_tilde[t]) + m[t - 1] - m[t])
    i[t] = exp(i_tilde[t] - m[t])
    o[t] = sigma(W.o @ x[t] + b.o)
    C[t] = f[t] * C[t - 1] + i[t] * outer(v[t], k[t])
    n[t] = f[t] * n[t - 1] + i[t] * k[t]
    h[t] = o[t] * (C[t] @ q[t]) / max(abs(dot(n[t], q[t])), exp(-m[t]))


@cell
def LINEAR_ATTENTION(x, h, C, n, q, k, v, *, W):
    """Linear attention with elu + 1 as feature map. Katharopoulos et al. 2020.

    Read: code of idiap/fast-transformers.
    Note: max(u, 0) + exp(min(u, 0)) is elu(u) + 1, smooth at 0; that code adds 1e-6 to the
    denominator.
    """
    q[t] = max(W.q @ x[t], 0) + exp(min(W.q @ x[t], 0))
    k[t] = max(W.k @ x[t], 0) + exp(min(W.k @ x[t], 0))
    v[t] = W.v @ x[t]
    C[t] = C[t - 1] + outer(v[t], k[t])
    n[t] = n[t - 1] + k[t]
    h[t] = (C[t] @ q[t]) / dot(n[t], q[t])


@cell
def DELTANET(x, h, C, q, u, k, v, beta, r, *, W, w, s: scalar):
    """DeltaNet, the memory is corrected by what it gets wrong. Yang et al. 2024.

    Read: code of fla-org/flash-linear-attention (naive recurrence).
    Note: after Schlag et al. 2021; keys of length 1, as the layers of that code have them.
    """
    q[t] = W.q @ x[t]
    u[t] = W.k @ x[t]
    k[t] = u[t] / norm(u[t])
    v[t] = W.v @ x[t]
    beta[t] = sigma(dot(w.beta, x[t]) + s.beta)
    r[t] = beta[t] * (v[t] - C[t - 1] @ k[t])
    C[t] = C[t - 1] + outer(r[t], k[t])
    h[t] = C[t] @ q[t]


@cell
def GATED_DELTANET(x, h, C, q, u, k, v, beta, alpha, r, *, W, w, s: scalar):
    """Gated DeltaNet, decay before correction. Yang, Kautz & Hatamizadeh 2025.

    Read: code of fla-org/flash-linear-attention (naive recurrence).
    """
    q[t] = W.q @ x[t]
    u[t] = W.k @ x[t]
    k[t] = u[t] / norm(u[t])
    v[t] = W.v @ x[t]
    beta[t] = sigma(dot(w.beta, x[t]) + s.beta)
    alpha[t] = exp(-exp(s.log) * softplus(dot(w.alpha, x[t]) + s.alpha))
    r[t] = beta[t] * (v[t] - alpha[t] * (C[t - 1] @ k[t]))
    C[t] = alpha[t] * C[t - 1] + outer(r[t], k[t])
    h[t] = C[t] @ q[t]


@cell
def GLA(x, h, C, q, k, v, u, a, *, W, b, tau=16.0):
    """Gated linear attention, each column of the memory decays by itself. Yang et al. 2024.

    Read: code of fla-org/flash-linear-attention (naive recurrence).
    """
    q[t] = W.q @ x[t]
    k[t] = W.k @ x[t]
    v[t] = W.v @ x[t]
    u[t] = W.u @ x[t]
    a[t] = exp(logsigmoid(W.a @ u[t] + b.a) / tau)
    C[t] = C[t - 1] @ diag(a[t]) + outer(v[t], k[t])
    h[t] = C[t] @ q[t]


@cell
def RETNET(x, h, C, q, k, v, *, W, gamma=0.96875):
    """Retention, one head, a memory that decays by a constant. Sun et al. 2023.

    Read: code of fla-org/flash-linear-attention (naive retention).
    Note: without rotation; gamma is that of the first head, 1 - 1/32.
    """
    q[t] = W.q @ x[t]
    k[t] = W.k @ x[t]
    v[t] = W.v @ x[t]
    C[t] = gamma * C[t - 1] + outer(v[t], k[t])
    h[t] = C[t] @ q[t]


@cell
def MAMBA2(x, y, C, d, a, q, k, u, *, W, w, s: scalar):
    """Recurrence of Mamba-2, one head, decay by one number a step. Dao & Gu 2024.

    Read: code of state-spaces/mamba (mamba2_simple).
    Note: u, k, q are the paper's x, B, C; without the convolution before and the gate after.
    """
    q[t] = W.q @ x[t]
    k[t] = W.k @ x[t]
    u[t] = W.u @ x[t]
    d[t] = softplus(dot(w.d, x[t]) + s.d)
    a[t] = exp(-d[t] * exp(s.log))
    C[t] = a[t] * C[t - 1] + d[t] * outer(u[t], k[t])
    y[t] = C[t] @ q[t] + s.skip * u[t]


@cell
def HGRN2(x, h, C, u, q, f, v, *, W, gamma=0.5):
    """HGRN2, what a forget gate lets go is the key of what comes. Qin et al. 2024.

    Read: code of fla-org/flash-linear-attention (layers/hgrn2.py).
    Note: one head; that code learns the lower bound gamma of a layer.
    """
    u[t] = W.q @ x[t]
    q[t] = u[t] * sigma(u[t])
    v[t] = W.v @ x[t]
    f[t] = gamma + (1 - gamma) * sigma(W.f @ x[t])
    C[t] = C[t - 1] @ diag(f[t]) + outer(v[t], 1 - f[t])
    h[t] = C[t] @ q[t]


@cell
def RWKV6(x, h, C, r, k, v, d, *, W, w, b):
    """RWKV-6, decay by vector, a bonus for the present. Peng et al. 2024.

    Read: code of fla-org/flash-linear-attention (naive recurrence).
    Note: one head, without mixing of neighbouring inputs.
    """
    r[t] = W.r @ x[t]
    k[t] = W.k @ x[t]
    v[t] = W.v @ x[t]
    d[t] = exp(-exp(W.d @ x[t] + b.d))
    C[t] = C[t - 1] @ diag(d[t]) + outer(v[t], k[t])
    h[t] = C[t - 1] @ r[t] + sum(w.bonus * k[t] * r[t]) * v[t]


@cell
def RWKV7(x, h, last, C, r, d, u, n, a, k, v, g, p, y, *, W, mu, w, b):
    """RWKV-7, a generalised delta rule. Peng et al. 2025.

    Read: code of BlinkDL/RWKV-LM (rwkv_v7_numpy.py).
    Note: one head of the first layer, full matrices for low-rank ones, without its group norm.
    """
    r[t] = W.r @ (x[t] + mu.r * (last[t - 1] - x[t]))
    d[t] = exp(-sigma(W.d @ (x[t] + mu.d * (last[t - 1] - x[t])) + b.d) / sqrt(exp(1)))
    u[t] = W.k @ (x[t] + mu.k * (last[t - 1] - x[t]))
    v[t] = W.v @ (x[t] + mu.v * (last[t - 1] - x[t]))
    a[t] = sigma(W.a @ (x[t] + mu.a * (last[t - 1] - x[t])) + b.a)
    g[t] = W.g @ (x[t] + mu.g * (last[t - 1] - x[t]))
    last[t] = x[t]
    n[t] = w.n * u[t] / norm(w.n * u[t])
    k[t] = u[t] + u[t] * (a[t] - 1) * w.a
    p[t] = C[t - 1] @ n[t]
    C[t] = C[t - 1] @ diag(d[t]) - outer(p[t], n[t] * a[t]) + outer(v[t], k[t])
    y[t] = C[t] @ r[t] + sum(r[t] * k[t] * w.r) * v[t]
    h[t] = W.h @ (y[t] * g[t])


@cell
def FAST_WEIGHTS(x, h, A, u, s, a, d, *, W, g, b, lamda=0.95, eta=0.5, epsilon=1e-5):
    """Fast weights that attend to the recent past, one inner step. Ba et al. 2016.

    Read: memory.
    """
    A[t] = lamda * A[t - 1] + eta * outer(h[t - 1], h[t - 1])
    u[t] = W.h @ h[t - 1] + W.x @ x[t]
    s[t] = relu(u[t])
    a[t] = u[t] + A[t] @ s[t]
    d[t] = a[t] - mean(a[t])
    h[t] = relu(g.h * d[t] / sqrt(mean(d[t] ** 2) + epsilon) + b.h)
