"""Recurrent networks with gates and one state, in the family of the GRU."""

from lstm_ref import cell, relu, scalar, sigma, t, tanh


@cell
def UGRNN(x, h, c, g, *, W, b):
    """Update gate RNN. Collins, Sohl-Dickstein & Sussillo 2017.

    Read: formulas of RecurrentLayers.jl.
    """
    c[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    g[t] = sigma(W.gh @ h[t - 1] + W.gx @ x[t] + b.g)
    h[t] = g[t] * h[t - 1] + (1 - g[t]) * c[t]


@cell
def CFN(x, h, theta, eta, *, W, b):
    """Chaos-free network. Laurent & von Brecht 2017.

    Read: formulas of RecurrentLayers.jl.
    """
    theta[t] = sigma(W.th @ h[t - 1] + W.tx @ x[t] + b.t)
    eta[t] = sigma(W.eh @ h[t - 1] + W.ex @ x[t] + b.e)
    h[t] = theta[t] * tanh(h[t - 1]) + eta[t] * tanh(W.hx @ x[t])


@cell
def MUT1(x, h, z, r, *, W, b):
    """First cell of a search by mutation, x as wide as h. Jozefowicz et al. 2015.

    Read: formulas of RecurrentLayers.jl.
    """
    z[t] = sigma(W.xz @ x[t] + b.z)
    r[t] = sigma(W.xr @ x[t] + W.hr @ h[t - 1] + b.r)
    h[t] = tanh(W.hh @ (r[t] * h[t - 1]) + tanh(x[t]) + b.h) * z[t] + h[t - 1] * (1 - z[t])


@cell
def MUT2(x, h, z, r, *, W, b):
    """Second cell of a search by mutation, x as wide as h. Jozefowicz et al. 2015.

    Read: memory.
    """
    z[t] = sigma(W.xz @ x[t] + W.hz @ h[t - 1] + b.z)
    r[t] = sigma(x[t] + W.hr @ h[t - 1] + b.r)
    h[t] = tanh(W.hh @ (r[t] * h[t - 1]) + W.xh @ x[t] + b.h) * z[t] + h[t - 1] * (1 - z[t])


@cell
def MUT3(x, h, z, r, *, W, b):
    """Third cell of a search by mutation. Jozefowicz et al. 2015.

    Read: memory.
    """
    z[t] = sigma(W.xz @ x[t] + W.hz @ tanh(h[t - 1]) + b.z)
    r[t] = sigma(W.xr @ x[t] + W.hr @ h[t - 1] + b.r)
    h[t] = tanh(W.hh @ (r[t] * h[t - 1]) + W.xh @ x[t] + b.h) * z[t] + h[t - 1] * (1 - z[t])


@cell
def STAR(x, h, z, k, *, W, b):
    """Stackable recurrent cell. Turkoglu et al. 2021.

    Read: formulas of RecurrentLayers.jl.
    """
    z[t] = tanh(W.zx @ x[t] + b.z)
    k[t] = sigma(W.kx @ x[t] + W.kh @ h[t - 1] + b.k)
    h[t] = tanh((1 - k[t]) * h[t - 1] + k[t] * z[t])


@cell
def ATR(x, h, p, q, i, f, *, W, b):
    """Addition-subtraction twin-gated network. Zhang et al. 2018.

    Read: formulas of RecurrentLayers.jl.
    """
    p[t] = W.x @ x[t] + b.p
    q[t] = W.h @ h[t - 1]
    i[t] = sigma(p[t] + q[t])
    f[t] = sigma(p[t] - q[t])
    h[t] = i[t] * p[t] + f[t] * h[t - 1]


@cell
def SGRN(x, h, f, *, W, b):
    """Simple gated network, one matrix of the input for gate and content. RecurrentLayers.jl.

    Read: formulas of RecurrentLayers.jl.
    """
    f[t] = sigma(W.x @ x[t] + W.h @ h[t - 1] + b.f)
    h[t] = tanh((1 - f[t]) * (W.x @ x[t]) + f[t] * h[t - 1])


@cell
def MINIMALRNN(x, h, z, u, *, W, U, b):
    """MinimalRNN, one gate. Chen 2017.

    Read: formulas of RecurrentLayers.jl.
    """
    z[t] = tanh(W.z @ x[t] + b.z)
    u[t] = sigma(U.h @ h[t - 1] + U.z @ z[t] + b.u)
    h[t] = u[t] * h[t - 1] + (1 - u[t]) * z[t]


@cell
def BRC(x, h, a, c, *, W, w, b):
    """Bistable recurrent cell. Vecoven, Ernst & Drion 2021.

    Read: code of nvecoven/BRC.
    """
    a[t] = 1 + tanh(W.ax @ x[t] + w.a * h[t - 1] + b.a)
    c[t] = sigma(W.cx @ x[t] + w.c * h[t - 1] + b.c)
    h[t] = c[t] * h[t - 1] + (1 - c[t]) * tanh(W.hx @ x[t] + a[t] * h[t - 1])


@cell
def NBRC(x, h, a, c, *, W, b):
    """Bistable recurrent cell, neuromodulated. Vecoven, Ernst & Drion 2021.

    Read: code of nvecoven/BRC.
    """
    a[t] = 1 + tanh(W.ax @ x[t] + W.ah @ h[t - 1] + b.a)
    c[t] = sigma(W.cx @ x[t] + W.ch @ h[t - 1] + b.c)
    h[t] = c[t] * h[t - 1] + (1 - c[t]) * tanh(W.hx @ x[t] + a[t] * h[t - 1])


@cell
def LIGRU(x, h, z, h_tilde, *, W, b):
    """Light GRU, without reset gate, with relu. Ravanelli et al. 2018.

    Read: formulas of RecurrentLayers.jl.
    Note: without the paper's batch normalisation.
    """
    z[t] = sigma(W.zx @ x[t] + W.zh @ h[t - 1] + b.z)
    h_tilde[t] = relu(W.hx @ x[t] + W.hh @ h[t - 1] + b.h)
    h[t] = z[t] * h[t - 1] + (1 - z[t]) * h_tilde[t]


@cell
def FASTGRNN(x, h, p, z, h_tilde, *, W, U, b, s: scalar):
    """FastGRNN, gate and candidate share their matrices. Kusupati et al. 2018.

    Read: code of microsoft/EdgeML (its formulas).
    """
    p[t] = W.p @ x[t] + U.p @ h[t - 1]
    z[t] = sigma(p[t] + b.z)
    h_tilde[t] = tanh(p[t] + b.h)
    h[t] = (sigma(s.zeta) * (1 - z[t]) + sigma(s.nu)) * h_tilde[t] + z[t] * h[t - 1]


@cell
def DELTARNN(x, h, p, q, r, z, *, W, V, alpha, beta, b):
    """Delta-RNN with a late-integration gate. Ororbia, Mikolov & Reitter 2017.

    Read: memory.
    """
    p[t] = V.h @ h[t - 1]
    q[t] = W.x @ x[t]
    z[t] = tanh(alpha.z * p[t] * q[t] + beta.one * p[t] + beta.two * q[t] + b.z)
    r[t] = sigma(q[t] + b.r)
    h[t] = tanh((1 - r[t]) * z[t] + r[t] * h[t - 1])


@cell
def LRN(x, h, q, k, v, i, f, *, W):
    """Lightweight recurrent network. Zhang & Sennrich 2019.

    Read: code of bzhangGo/lrn.
    Note: that code adds a bias to q, k and v.
    """
    q[t] = W.q @ x[t]
    k[t] = W.k @ x[t]
    v[t] = W.v @ x[t]
    i[t] = sigma(k[t] + h[t - 1])
    f[t] = sigma(q[t] - h[t - 1])
    h[t] = tanh(i[t] * v[t] + f[t] * h[t - 1])


@cell
def RHN(x, s, h1, g1, s1, h2, g2, *, W, R, b):
    """Recurrent highway network of depth 2, carry gate 1 - g. Zilly et al. 2017.

    Read: formulas of RecurrentLayers.jl.
    """
    h1[t] = tanh(W.h @ x[t] + R.h1 @ s[t - 1] + b.h1)
    g1[t] = sigma(W.g @ x[t] + R.g1 @ s[t - 1] + b.g1)
    s1[t] = h1[t] * g1[t] + s[t - 1] * (1 - g1[t])
    h2[t] = tanh(R.h2 @ s1[t] + b.h2)
    g2[t] = sigma(R.g2 @ s1[t] + b.g2)
    s[t] = h2[t] * g2[t] + s1[t] * (1 - g2[t])
