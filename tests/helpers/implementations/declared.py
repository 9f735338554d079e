"""Cells that readers declare, in letters of their own."""

from lstm_ref import cell, sigma, t, tanh


@cell
def LETTERS(u, y, s, a, k, g, q, *, A, B, v):
    """An LSTM in other letters: y output, s state, k keeps, g lets in, a candidate, q lets out."""
    k[t] = sigma(A.ku @ u[t] + B.ky @ y[t - 1] + v.k)
    g[t] = sigma(A.gu @ u[t] + B.gy @ y[t - 1] + v.g)
    a[t] = tanh(A.au @ u[t] + B.ay @ y[t - 1] + v.a)
    s[t] = k[t] * s[t - 1] + g[t] * a[t]
    q[t] = sigma(A.qu @ u[t] + B.qy @ y[t - 1] + v.q)
    y[t] = q[t] * tanh(s[t])


@cell
def TWO_STATES(x, h, m, n, g, *, W, b):
    """Two averages of a candidate, one slow, one fast, and a gate that mixes them."""
    n[t] = tanh(W.nx @ x[t] + W.nh @ h[t - 1] + b.n)
    m[t] = 0.9 * m[t - 1] + 0.1 * n[t]
    g[t] = sigma(W.gx @ x[t] + W.gm @ m[t - 1] + b.g)
    h[t] = g[t] * m[t] + (1 - g[t]) * n[t]


@cell
def PEEPING(x, h, c, i, j, *, W, w, b):
    """One gate that sees the state it writes, and a candidate that sees it squared."""
    i[t] = sigma(W.ix @ x[t] + W.ih @ h[t - 1] + w.ic * c[t - 1] + b.i)
    j[t] = tanh(W.jx @ x[t] + W.jh @ (i[t] * h[t - 1]) + b.j)
    c[t] = i[t] * c[t - 1] + (1 - i[t]) * j[t]
    h[t] = tanh(c[t]) + W.hx @ x[t]


OWN = {each.NAME: each for each in (LETTERS, TWO_STATES, PEEPING)}


def find(name):
    """The declared cell of this name here, or what was given."""
    return OWN.get(name, name)
