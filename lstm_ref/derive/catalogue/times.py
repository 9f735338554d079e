"""Cells with time in them: differential equations in steps, gaps between inputs, windows."""

from lstm_ref import cell, dot, exp, fixed, log, max, scalar, sigma, t, tanh


@cell
def CTRNN(x, v, *, W, b, tau, dt=0.1):
    """Continuous-time RNN in Euler steps. Beer 1995.

    Read: memory.
    """
    v[t] = v[t - 1] + dt / tau.v * (-v[t - 1] + W.v @ sigma(v[t - 1] + b.v) + W.x @ x[t])


@cell
def LTC(x, v, f1, v1, f2, *, W, R, b, tau, a, dt=0.5):
    """Liquid time constants, two steps of the fused solver. Hasani et al. 2021.

    Read: memory.
    Note: f is a layer of units; the code of the authors has a σ for each synapse.
    """
    f1[t] = sigma(W.f @ x[t] + R.f @ v[t - 1] + b.f)
    v1[t] = (v[t - 1] + dt * f1[t] * a.v) / (1 + dt * (1 / tau.v + f1[t]))
    f2[t] = sigma(W.f @ x[t] + R.f @ v1[t] + b.f)
    v[t] = (v1[t] + dt * f2[t] * a.v) / (1 + dt * (1 / tau.v + f2[t]))


@cell
def CFC(x, d: scalar, /, h, z, g, f, a, *, W, V, b):
    """Closed-form continuous-time network, d is the time since the last input. Hasani et al. 2022.

    Read: code of raminmh/CfC.
    """
    z[t] = 1.7159 * tanh(0.666 * (W.zx @ x[t] + W.zh @ h[t - 1] + b.z))
    g[t] = tanh(V.g @ z[t] + b.g)
    f[t] = tanh(V.f @ z[t] + b.f)
    a[t] = sigma((V.a @ z[t] + b.a) * d[t] + V.b @ z[t] + b.b)
    h[t] = g[t] * (1 - a[t]) + a[t] * f[t]


@cell
def CORNN(x, y, z, *, W, b, dt=0.042, gamma=2.7, epsilon=4.7):
    """Coupled oscillators, damped and driven. Rusch & Mishra 2021.

    Read: code of tk-rusch/coRNN.
    """
    z[t] = z[t - 1] + dt * (
        tanh(W.x @ x[t] + W.z @ z[t - 1] + W.y @ y[t - 1] + b.z)
        - gamma * y[t - 1]
        - epsilon * z[t - 1]
    )
    y[t] = y[t - 1] + dt * z[t]


@cell
def UNICORNN(x, y, z, *, V, w, b, c, dt=0.1, alpha=9.0):
    """Undamped independent oscillators with steps of their own. Rusch & Mishra 2021.

    Read: formulas and code of RecurrentLayers.jl.
    """
    z[t] = z[t - 1] - dt * sigma(c.y) * (tanh(w.y * y[t - 1] + V.y @ x[t] + b.y) + alpha * y[t - 1])
    y[t] = y[t - 1] + dt * sigma(c.y) * z[t]


@cell
def LEM(x, y, z, d1, d2, *, W, V, b, dt=1.0):
    """Long expressive memory, two states with learned time steps. Rusch et al. 2022.

    Read: code of tk-rusch/LEM.
    """
    d1[t] = dt * sigma(W.one @ y[t - 1] + V.one @ x[t] + b.one)
    d2[t] = dt * sigma(W.two @ y[t - 1] + V.two @ x[t] + b.two)
    z[t] = (1 - d1[t]) * z[t - 1] + d1[t] * tanh(W.z @ y[t - 1] + V.z @ x[t] + b.z)
    y[t] = (1 - d2[t]) * y[t - 1] + d2[t] * tanh(W.y @ z[t] + V.y @ x[t] + b.y)


@cell
def LMU(x, h, m, u, *, l, W, A: fixed, a: fixed):
    """Legendre memory unit, a window of the past in polynomials. Voelker et al. 2019.

    Read: code of nengo/keras-lmu.
    Note: A_bar and a_bar are the discretised matrices of the delay system, a_bar the paper's B.
    """
    u[t] = dot(l.x, x[t]) + dot(l.h, h[t - 1]) + dot(l.m, m[t - 1])
    m[t] = A.bar @ m[t - 1] + a.bar * u[t]
    h[t] = tanh(W.x @ x[t] + W.h @ h[t - 1] + W.m @ m[t])


@cell
def TLSTM(x, d: scalar, /, h, c, g, c_s, c_hat, f, i, o, c_tilde, *, W, U, b):
    """Time-aware LSTM, short-term memory fades with the gap d. Baytas et al. 2017.

    Read: code of illidanlab/T-LSTM.
    Note: c_s has a tanh, as the paper has it; the code has σ there.
    """
    g[t] = 1 / log(exp(1) + d[t])
    c_s[t] = tanh(W.d @ c[t - 1] + b.d)
    c_hat[t] = c[t - 1] - c_s[t] + c_s[t] * g[t]
    f[t] = sigma(W.f @ x[t] + U.f @ h[t - 1] + b.f)
    i[t] = sigma(W.i @ x[t] + U.i @ h[t - 1] + b.i)
    o[t] = sigma(W.o @ x[t] + U.o @ h[t - 1] + b.o)
    c_tilde[t] = tanh(W.c @ x[t] + U.c @ h[t - 1] + b.c)
    c[t] = f[t] * c_hat[t] + i[t] * c_tilde[t]
    h[t] = o[t] * tanh(c[t])


@cell
def GRU_D(x, m, d, /, h, last, g_x, x_hat, g_h, h_hat, z, r, h_tilde, *, W, U, V, w, b, mu: fixed):
    """GRU for values that are missing, m is the mask, d the time since a value. Che et al. 2018.

    Read: code of zhiyongc/GRU-D.
    Note: mu_x is the mean of the data.
    """
    g_x[t] = exp(-max(0, w.x * d[t] + b.gx))
    x_hat[t] = m[t] * x[t] + (1 - m[t]) * (g_x[t] * last[t - 1] + (1 - g_x[t]) * mu.x)
    last[t] = m[t] * x[t] + (1 - m[t]) * last[t - 1]
    g_h[t] = exp(-max(0, W.g @ d[t] + b.gh))
    h_hat[t] = g_h[t] * h[t - 1]
    z[t] = sigma(W.z @ x_hat[t] + U.z @ h_hat[t] + V.z @ m[t] + b.z)
    r[t] = sigma(W.r @ x_hat[t] + U.r @ h_hat[t] + V.r @ m[t] + b.r)
    h_tilde[t] = tanh(W.h @ x_hat[t] + U.h @ (r[t] * h_hat[t]) + V.h @ m[t] + b.h)
    h[t] = (1 - z[t]) * h_hat[t] + z[t] * h_tilde[t]
