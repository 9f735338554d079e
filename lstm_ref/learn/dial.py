"""The dial and the dial with stops, the cells that chapter 7 makes up: declared, not compiled."""

from lstm_ref.optional import needs

with needs(__name__):
    from sympy import cos, sin

from lstm_ref.derive.declare.language import cell
from lstm_ref.derive.expressions import sigma, t, tanh


@cell
def DIAL(x, h, c, a, c_tilde, o, *, W, b):
    """One angle in place of the forget and the input gate. Made up for this book."""
    a[t] = W.ah @ h[t - 1] + W.ax @ x[t] + b.a
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    c[t] = cos(a[t]) * c[t - 1] + sin(a[t]) * c_tilde[t]
    o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
    h[t] = o[t] * tanh(c[t])


@cell
def STOPS(x, h, c, g, a, c_tilde, o, *, W, b):
    """A dial whose angle ends at 0 and at 3. Made up for this book."""
    g[t] = sigma(W.gh @ h[t - 1] + W.gx @ x[t] + b.g)
    a[t] = 3 * g[t]
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    c[t] = cos(a[t]) * c[t - 1] + sin(a[t]) * c_tilde[t]
    o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
    h[t] = o[t] * tanh(c[t])
