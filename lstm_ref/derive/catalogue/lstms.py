"""What has been made of the LSTM since: cells with gates and a cell state of their own."""

from lstm_ref import cell, exp, fixed, logsigmoid, max, mean, sigma, softmax, spread, sqrt, t, tanh


@cell
def JANET(x, h, s, c_tilde, *, W, b, beta=1.0):
    """LSTM with nothing but a forget gate. van der Westhuizen & Lasenby 2018.

    Read: formulas of RecurrentLayers.jl.
    """
    s[t] = W.fh @ h[t - 1] + W.fx @ x[t] + b.f
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    h[t] = sigma(s[t]) * h[t - 1] + (1 - sigma(s[t] - beta)) * c_tilde[t]


@cell
def RAN(x, h, c, i, f, *, W, b):
    """Recurrent additive network. Lee, Levy & Zettlemoyer 2017.

    Read: code of kentonl/ran.
    """
    i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + b.i)
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
    c[t] = i[t] * (W.cx @ x[t]) + f[t] * c[t - 1]
    h[t] = tanh(c[t])


@cell
def MULTIPLICATIVE_LSTM(x, h, c, m, f, i, h_hat, o, *, W):
    """Multiplicative LSTM, its matrices depend on the input. Krause et al. 2016.

    Read: memory.
    """
    m[t] = (W.mx @ x[t]) * (W.mh @ h[t - 1])
    h_hat[t] = W.hx @ x[t] + W.hm @ m[t]
    i[t] = sigma(W.ix @ x[t] + W.im @ m[t])
    o[t] = sigma(W.ox @ x[t] + W.om @ m[t])
    f[t] = sigma(W.fx @ x[t] + W.fm @ m[t])
    c[t] = f[t] * c[t - 1] + i[t] * tanh(h_hat[t])
    h[t] = tanh(c[t]) * o[t]


@cell
def MOGRIFIER(x, h, c, x1, h2, x3, f, i, c_tilde, o, *, Q, R, W, b):
    """Mogrifier LSTM of three rounds, x and h gate each other first. Melis et al. 2020.

    Read: memory.
    """
    x1[t] = 2 * sigma(Q.one @ h[t - 1]) * x[t]
    h2[t] = 2 * sigma(R.two @ x1[t]) * h[t - 1]
    x3[t] = 2 * sigma(Q.three @ h2[t]) * x1[t]
    f[t] = sigma(W.fh @ h2[t] + W.fx @ x3[t] + b.f)
    i[t] = sigma(W.ih @ h2[t] + W.ix @ x3[t] + b.i)
    c_tilde[t] = tanh(W.ch @ h2[t] + W.cx @ x3[t] + b.c)
    c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
    o[t] = sigma(W.oh @ h2[t] + W.ox @ x3[t] + b.o)
    h[t] = o[t] * tanh(c[t])


@cell
def WMC_LSTM(x, h, c, i, f, o, *, W, M, b):
    """LSTM whose gates see the cell state through a matrix and a tanh. Landi et al. 2021.

    Read: formulas of RecurrentLayers.jl.
    """
    i[t] = sigma(W.ix @ x[t] + W.ih @ h[t - 1] + tanh(M.ic @ c[t - 1]) + b.i)
    f[t] = sigma(W.fx @ x[t] + W.fh @ h[t - 1] + tanh(M.fc @ c[t - 1]) + b.f)
    c[t] = f[t] * c[t - 1] + i[t] * tanh(W.cx @ x[t] + W.ch @ h[t - 1] + b.c)
    o[t] = sigma(W.ox @ x[t] + W.oh @ h[t - 1] + tanh(M.oc @ c[t]) + b.o)
    h[t] = o[t] * tanh(c[t])


@cell
def LN_LSTM(
    x, h, c, a_f, a_i, a_u, a_o, d_f, d_i, d_u, d_o, d_c, f, i, u, o, *, W, g, b, epsilon=1e-5
):
    """LSTM with layer normalisation of gates and cell state. After Ba et al. 2016.

    Read: memory.
    Note: each gate is normalised by itself, where the paper normalises the four of them together.
    """
    a_f[t] = W.fh @ h[t - 1] + W.fx @ x[t]
    a_i[t] = W.ih @ h[t - 1] + W.ix @ x[t]
    a_u[t] = W.uh @ h[t - 1] + W.ux @ x[t]
    a_o[t] = W.oh @ h[t - 1] + W.ox @ x[t]
    d_f[t] = a_f[t] - mean(a_f[t])
    d_i[t] = a_i[t] - mean(a_i[t])
    d_u[t] = a_u[t] - mean(a_u[t])
    d_o[t] = a_o[t] - mean(a_o[t])
    f[t] = sigma(g.f * d_f[t] / sqrt(mean(d_f[t] ** 2) + epsilon) + b.f)
    i[t] = sigma(g.i * d_i[t] / sqrt(mean(d_i[t] ** 2) + epsilon) + b.i)
    u[t] = tanh(g.u * d_u[t] / sqrt(mean(d_u[t] ** 2) + epsilon) + b.u)
    o[t] = sigma(g.o * d_o[t] / sqrt(mean(d_o[t] ** 2) + epsilon) + b.o)
    c[t] = f[t] * c[t - 1] + i[t] * u[t]
    d_c[t] = c[t] - mean(c[t])
    h[t] = o[t] * tanh(g.c * d_c[t] / sqrt(mean(d_c[t] ** 2) + epsilon) + b.c)


@cell
def SLSTM(x, h, c, n, m, f_tilde, i_tilde, f, i, z, o, *, W, R, b):
    """sLSTM, exponential gates with a normaliser and a stabiliser. Beck et al. 2024.

    Read: code of NX-AI/xlstm.
    Note: the forget gate is σ, as in that code, which starts m at i_tilde where n is 0; one head.
    """
    f_tilde[t] = W.f @ x[t] + R.f @ h[t - 1] + b.f
    i_tilde[t] = W.i @ x[t] + R.i @ h[t - 1] + b.i
    m[t] = max(logsigmoid(f_tilde[t]) + m[t - 1], i_tilde[t])
    f[t] = exp(logsigmoid(f_tilde[t]) + m[t - 1] - m[t])
    i[t] = exp(i_tilde[t] - m[t])
    z[t] = tanh(W.z @ x[t] + R.z @ h[t - 1] + b.z)
    o[t] = sigma(W.o @ x[t] + R.o @ h[t - 1] + b.o)
    c[t] = f[t] * c[t - 1] + i[t] * z[t]
    n[t] = f[t] * n[t - 1] + i[t]
    h[t] = o[t] * c[t] / n[t]


@cell
def ON_LSTM(x, h, c, a, r, p, q, f_tilde, i_tilde, w, f, i, u, o, *, W, U, b, L: fixed):
    """Ordered-neurons LSTM, master gates rise or fall from unit to unit. Shen et al. 2019.

    Read: code of yikangshen/Ordered-Neurons.
    Note: L_cum is a lower triangle of ones, so that L_cum p is the cumulative sum of a softmax;
    a master gate serves all units of a block.
    """
    a[t] = W.p @ x[t] + U.p @ h[t - 1] + b.p
    r[t] = W.q @ x[t] + U.q @ h[t - 1] + b.q
    p[t] = softmax(a[t])
    q[t] = softmax(r[t])
    f_tilde[t] = L.cum @ p[t]
    i_tilde[t] = 1 - L.cum @ q[t]
    w[t] = f_tilde[t] * i_tilde[t]
    f[t] = sigma(W.f @ x[t] + U.f @ h[t - 1] + b.f)
    i[t] = sigma(W.i @ x[t] + U.i @ h[t - 1] + b.i)
    u[t] = tanh(W.u @ x[t] + U.u @ h[t - 1] + b.u)
    o[t] = sigma(W.o @ x[t] + U.o @ h[t - 1] + b.o)
    c[t] = (f[t] * spread(w[t]) + spread(f_tilde[t] - w[t])) * c[t - 1] + (
        i[t] * spread(w[t]) + spread(i_tilde[t] - w[t])
    ) * u[t]
    h[t] = o[t] * tanh(c[t])


@cell
def ZONEOUT(x, d_c, d_h, /, h, c, f, i, c_tilde, c_hat, o, *, W, b):
    """LSTM with zoneout, masks say what stays as it was. Krueger et al. 2017.

    Read: code of teganmaharaj/zoneout.
    Note: a mask of 1 keeps, where that code has 0.
    """
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
    i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + b.i)
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    c_hat[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
    o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
    c[t] = d_c[t] * c[t - 1] + (1 - d_c[t]) * c_hat[t]
    h[t] = d_h[t] * h[t - 1] + (1 - d_h[t]) * o[t] * tanh(c_hat[t])


@cell
def HYPERLSTM(x, h, c, q, z, f, i, u, o, *, W, U, V, M, D, b):
    """HyperLSTM, a small network q scales the weights at every step. Ha, Dai & Le 2017.

    Read: memory.
    Note: without layer normalisation; q is a simple recurrent network.
    """
    q[t] = tanh(M.qx @ x[t] + M.qh @ h[t - 1] + M.qq @ q[t - 1] + b.q)
    z[t] = M.z @ q[t]
    f[t] = sigma((D.fh @ z[t]) * (U.f @ h[t - 1]) + (D.fx @ z[t]) * (W.f @ x[t]) + V.f @ z[t] + b.f)
    i[t] = sigma((D.ih @ z[t]) * (U.i @ h[t - 1]) + (D.ix @ z[t]) * (W.i @ x[t]) + V.i @ z[t] + b.i)
    u[t] = tanh((D.uh @ z[t]) * (U.u @ h[t - 1]) + (D.ux @ z[t]) * (W.u @ x[t]) + V.u @ z[t] + b.u)
    o[t] = sigma((D.oh @ z[t]) * (U.o @ h[t - 1]) + (D.ox @ z[t]) * (W.o @ x[t]) + V.o @ z[t] + b.o)
    c[t] = f[t] * c[t - 1] + i[t] * u[t]
    h[t] = o[t] * tanh(c[t])
