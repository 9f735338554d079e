"""The cells that the chapters are about: LSTMs, GRUs and what is near them."""

from lstm_ref.derive.declare.declaration import Cell, DeclarationError, without
from lstm_ref.derive.declare.language import Family, cell
from lstm_ref.derive.expressions import at, sigma, spread, t, tanh


@cell
def ELMAN(x, h, *, W, b):
    """Simple recurrent network. Elman 1990, with tanh."""
    h[t] = tanh(W.hh @ h[t - 1] + W.hx @ x[t] + b.h)


@cell
def LSTM(x, h, c, f, i, c_tilde, o, *, W, b):
    """LSTM with forget gate, without peepholes. Gers, Schmidhuber & Cummins 2000."""
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
    i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + b.i)
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
    o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
    h[t] = o[t] * tanh(c[t])


@cell
def VANILLA(x, h, c, f, i, c_tilde, o, *, W, w, b):
    """LSTM with peepholes on all gates, Greff's vanilla LSTM. Greff et al. 2017, section II."""
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + w.fc * c[t - 1] + b.f)
    i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + w.ic * c[t - 1] + b.i)
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
    o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + w.oc * c[t] + b.o)
    h[t] = o[t] * tanh(c[t])


LSTM_1997 = LSTM.but(
    "LSTM_1997",
    "LSTM without forget gate. Hochreiter & Schmidhuber 1997, tanh for their squashing.",
    f=1,
)
COUPLED = LSTM.but(
    "COUPLED",
    "LSTM whose forget gate is 1 - i, without peepholes. Greff et al. 2017 (CIFG).",
    f=1 - LSTM["i"][t],
)


def peephole(gates: str) -> Cell:
    """LSTM with peepholes on chosen gates only: peephole("fi"), any part of "fio"."""
    if not gates or set(gates) - set("fio") or len(set(gates)) < len(gates):
        raise DeclarationError(f'gates: expected some of "fio", each once, got {gates!r}')
    gone = {f"w_{g}c": 0 for g in "fio" if g not in gates}
    chosen = "".join(g for g in "fio" if g in gates)
    title = f"LSTM with peepholes on {', '.join(chosen)} only. Gers & Schmidhuber 2000."
    return VANILLA.but(f"PEEPHOLE_{chosen.upper()}", title, **gone) if gone else VANILLA


PEEPHOLE_F, PEEPHOLE_I, PEEPHOLE_O = (peephole(g) for g in "fio")
PEEPHOLE_FI, PEEPHOLE_FO, PEEPHOLE_IO = (peephole(g) for g in ("fi", "fo", "io"))


def _greff(name, what, **changes):
    return VANILLA.but(name, f"{what}. Greff et al. 2017, section III.", **changes)


def _seen_by(gate):
    """For `but`: the gate's weighted input also sees the three gates of the step before."""
    R = Family("R")

    def change(expr):
        seen = [getattr(R, f"{gate}{g}") @ at(g, 1) for g in "fio"]
        return expr.func(expr.args[0] + sum(seen))

    return change


NIG = _greff("NIG", "No input gate, i = 1", i=1)
NFG = _greff("NFG", "No forget gate, f = 1", f=1)
NOG = _greff("NOG", "No output gate, o = 1", o=1)
NIAF = _greff(
    "NIAF", "No input activation function: the candidate is linear", c_tilde=without(tanh)
)
NOAF = _greff("NOAF", "No output activation function: h = o c", h=without(tanh))
NP = _greff("NP", "No peepholes", w=0)
CIFG = _greff("CIFG", "Coupled input and forget gate, f = 1 - i", f=1 - VANILLA["i"][t])
FGR = _greff(
    "FGR",
    "Full gate recurrence: gates see all gates one step back",
    **{g: _seen_by(g) for g in "fio"},
)
GREFF = (NIG, NFG, NOG, NIAF, NOAF, NP, CIFG, FGR)


@cell
def GRU_BEFORE(x, h, z, r, h_tilde, *, W, b):
    """GRU, reset before the product, z keeps. Cho et al. 2014."""
    z[t] = sigma(W.zh @ h[t - 1] + W.zx @ x[t] + b.z)
    r[t] = sigma(W.rh @ h[t - 1] + W.rx @ x[t] + b.r)
    h_tilde[t] = tanh(W.hh @ (r[t] * h[t - 1]) + W.hx @ x[t] + b.h)
    h[t] = z[t] * h[t - 1] + (1 - z[t]) * h_tilde[t]


@cell
def GRU_AFTER(x, h, z, r, h_tilde, *, W, b):
    """GRU, reset after the product, z keeps, with a bias more. cuDNN, PyTorch."""
    z[t] = sigma(W.zh @ h[t - 1] + W.zx @ x[t] + b.z)
    r[t] = sigma(W.rh @ h[t - 1] + W.rx @ x[t] + b.r)
    h_tilde[t] = tanh(r[t] * (W.hh @ h[t - 1] + b.hh) + W.hx @ x[t] + b.h)
    h[t] = z[t] * h[t - 1] + (1 - z[t]) * h_tilde[t]


def _z_writes(gru):
    kind = gru.name.split("_")[1].lower()
    source = " Chung et al. 2014." if kind == "before" else ""
    title = f"GRU, reset {kind} the product, z writes.{source}"
    exchanged = {"h": lambda expr: expr.xreplace({at("z"): 1 - at("z")})}
    return gru.but(f"{gru.name}_Z_WRITES", title, **exchanged)


GRU_BEFORE_Z_WRITES, GRU_AFTER_Z_WRITES = _z_writes(GRU_BEFORE), _z_writes(GRU_AFTER)


@cell
def BLOCK(x, h, c, f, i, c_tilde, o, *, W, b):
    """Memory blocks: G gates for H cells, H/G cells a block. Hochreiter & Schmidhuber 1997."""
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
    i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + b.i)
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    c[t] = spread(f[t]) * c[t - 1] + spread(i[t]) * c_tilde[t]
    o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
    h[t] = spread(o[t]) * tanh(c[t])


@cell
def PROJECTION(x, h, c, f, i, c_tilde, o, m, *, W, b):
    """LSTM with a recurrent projection layer, h of size P. Sak, Senior & Beaufays 2014."""
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
    i[t] = sigma(W.ih @ h[t - 1] + W.ix @ x[t] + b.i)
    c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
    c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
    o[t] = sigma(W.oh @ h[t - 1] + W.ox @ x[t] + b.o)
    m[t] = o[t] * tanh(c[t])
    h[t] = W.hm @ m[t]


@cell
def MGU(x, h, f, h_tilde, *, W, b):
    """Minimal gated unit: one gate. Zhou et al. 2016."""
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
    h_tilde[t] = tanh(W.hh @ (f[t] * h[t - 1]) + W.hx @ x[t] + b.h)
    h[t] = (1 - f[t]) * h[t - 1] + f[t] * h_tilde[t]


@cell
def SRU(x, h, c, f, r, *, W, w, b):
    """Simple recurrent unit: no product with the state, a way past it. Lei et al. 2018."""
    f[t] = sigma(W.fx @ x[t] + w.fc * c[t - 1] + b.f)
    r[t] = sigma(W.rx @ x[t] + w.rc * c[t - 1] + b.r)
    c[t] = f[t] * c[t - 1] + (1 - f[t]) * (W.cx @ x[t])
    h[t] = r[t] * c[t] + (1 - r[t]) * x[t]


BOOK = {
    c.name: c
    for c in (
        *(ELMAN, LSTM_1997, LSTM, VANILLA, COUPLED, *GREFF),
        *(PEEPHOLE_F, PEEPHOLE_I, PEEPHOLE_O, PEEPHOLE_FI, PEEPHOLE_FO, PEEPHOLE_IO),
        *(GRU_BEFORE, GRU_BEFORE_Z_WRITES, GRU_AFTER, GRU_AFTER_Z_WRITES),
        *(BLOCK, PROJECTION, MGU, SRU),
    )
}
