"""Recurrent networks without gates, or with gates that learn nothing."""

from lstm_ref import cell, fixed, relu, scalar, sigma, softmax, t, tanh


@cell
def IRNN(x, h, *, W, b):
    """Recurrent network of rectified linear units, from the identity. Le, Jaitly & Hinton 2015.

    Read: memory.
    Note: the identity is where W_hh starts from, and no part of the equations.
    """
    h[t] = relu(W.hh @ h[t - 1] + W.hx @ x[t] + b.h)


@cell
def INDRNN(x, h, *, W, w, b):
    """IndRNN, each unit sees of the state itself alone. Li et al. 2018.

    Read: formulas of RecurrentLayers.jl.
    """
    h[t] = relu(W.hx @ x[t] + w.h * h[t - 1] + b.h)


@cell
def JORDAN(x, y, h, *, W, U, b):
    """Jordan network, the output goes round. Jordan 1986.

    Read: memory.
    """
    h[t] = sigma(W.h @ x[t] + U.h @ y[t - 1] + b.h)
    y[t] = sigma(W.y @ h[t] + b.y)


@cell
def SCRN(x, y, h, s, *, A, B, P, R, U, V, alpha=0.95):
    """Structurally constrained network, a slow state beside a fast one. Mikolov et al. 2015.

    Read: formulas of RecurrentLayers.jl.
    """
    s[t] = (1 - alpha) * (B.s @ x[t]) + alpha * s[t - 1]
    h[t] = sigma(P.h @ s[t] + A.h @ x[t] + R.h @ h[t - 1])
    y[t] = tanh(U.y @ h[t] + V.y @ s[t])


@cell
def MULTIPLICATIVE_RNN(x, h, f, *, W, b):
    """Multiplicative RNN, a factored tensor. Sutskever, Martens & Hinton 2011.

    Read: memory.
    """
    f[t] = (W.fx @ x[t]) * (W.fh @ h[t - 1])
    h[t] = tanh(W.hf @ f[t] + W.hx @ x[t] + b.h)


@cell
def MI_RNN(x, h, p, q, *, W, U, alpha, beta, b):
    """Recurrent network with multiplicative integration. Wu et al. 2016.

    Read: memory.
    """
    p[t] = W.h @ x[t]
    q[t] = U.h @ h[t - 1]
    h[t] = tanh(alpha.h * p[t] * q[t] + beta.one * q[t] + beta.two * p[t] + b.h)


@cell
def ANTISYMMETRIC(x, h, *, W, V, b, epsilon=0.01, gamma=0.01):
    """AntisymmetricRNN, a differential equation in Euler steps. Chang et al. 2019.

    Read: formulas of RecurrentLayers.jl; code of erichson/LipschitzRNN, with its constants.
    """
    h[t] = h[t - 1] + epsilon * tanh(
        W.h @ h[t - 1] - W.h.T @ h[t - 1] - gamma * h[t - 1] + V.h @ x[t] + b.h
    )


@cell
def GATED_ANTISYMMETRIC(x, h, a, z, *, W, V, b, epsilon=0.01, gamma=0.01):
    """AntisymmetricRNN with a gate on its steps. Chang et al. 2019.

    Read: formulas of RecurrentLayers.jl.
    """
    a[t] = W.h @ h[t - 1] - W.h.T @ h[t - 1] - gamma * h[t - 1]
    z[t] = sigma(a[t] + V.z @ x[t] + b.z)
    h[t] = h[t - 1] + epsilon * z[t] * tanh(a[t] + V.h @ x[t] + b.h)


@cell
def LIPSCHITZ(x, h, a, c, *, M, U, b, beta=0.8, gamma=0.01, epsilon=0.01):
    """Lipschitz RNN, a linear part beside a tanh, in Euler steps. Erichson et al. 2021.

    Read: code of erichson/LipschitzRNN.
    """
    a[t] = (
        beta * (M.a @ h[t - 1] - M.a.T @ h[t - 1])
        + (1 - beta) * (M.a @ h[t - 1] + M.a.T @ h[t - 1])
        - gamma * h[t - 1]
    )
    c[t] = (
        beta * (M.c @ h[t - 1] - M.c.T @ h[t - 1])
        + (1 - beta) * (M.c @ h[t - 1] + M.c.T @ h[t - 1])
        - gamma * h[t - 1]
    )
    h[t] = h[t - 1] + epsilon * a[t] + epsilon * tanh(c[t] + U.c @ x[t] + b.c)


@cell
def ESN(x, y, h, *, W: fixed, V, b, alpha=0.3):
    """Echo state network with leaky units, only its output layer learns. Jaeger et al. 2007.

    Read: memory.
    Note: the matrices W of the reservoir are drawn once and given.
    """
    h[t] = (1 - alpha) * h[t - 1] + alpha * tanh(W.h @ h[t - 1] + W.x @ x[t])
    y[t] = V.y @ h[t] + b.y


@cell
def CLOCKWORK(x, k: scalar, /, y, h1, h2, *, W, U, b):
    """Clockwork RNN, its second group moves where k is 1. Koutnik et al. 2014.

    Read: memory.
    """
    h2[t] = k[t] * tanh(W.two @ x[t] + U.two @ h2[t - 1] + b.two) + (1 - k[t]) * h2[t - 1]
    h1[t] = tanh(W.one @ x[t] + U.one @ h1[t - 1] + U.onetwo @ h2[t - 1] + b.one)
    y[t] = tanh(W.y1 @ h1[t] + W.y2 @ h2[t] + b.y)


@cell
def FASTRNN(x, h, h_tilde, *, W, U, b, s: scalar):
    """FastRNN, a residual connection with two numbers that learn. Kusupati et al. 2018.

    Read: code of microsoft/EdgeML (its formulas).
    """
    h_tilde[t] = tanh(W.h @ x[t] + U.h @ h[t - 1] + b.h)
    h[t] = sigma(s.beta) * h[t - 1] + sigma(s.alpha) * h_tilde[t]


@cell
def HOPFIELD(x, h, q, a, p, *, X, W, U, b, beta=1.0):
    """State that is read from stored patterns by softmax. After Ramsauer et al. 2021.

    Read: memory.
    Note: the patterns are the columns of X_p; how the query comes from input and state is ours.
    """
    q[t] = W.q @ x[t] + U.q @ h[t - 1] + b.q
    a[t] = X.p.T @ q[t]
    p[t] = softmax(beta * a[t])
    h[t] = X.p @ p[t]
