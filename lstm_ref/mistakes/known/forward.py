"""Known mistakes in the forward pass: another model than the one that was meant.

With a backward pass that belongs to the wrong forward every gradient check is content: only a
forward pass of somebody else tells. With the right formulas on wrong values the check sees it.
"""

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive import catalogue
from lstm_ref.derive.declare.declaration import without
from lstm_ref.derive.expressions import at, sigma, tanh
from lstm_ref.mistakes.edits import chain, inner, key
from lstm_ref.mistakes.evaluate import derived
from lstm_ref.mistakes.known.registry import Change, Parts, mistake

KINDS_OF_GRU = ("GRU_BEFORE", "GRU_AFTER")


def _own(cell):
    """The backward pass that belongs to this other cell."""
    return lambda _: derived(cell)


@mistake("bias-of-o-in-f-and-i", "E17")
def bias_of_o(p: Parts) -> Change | None:
    biases = {n: sympy.Symbol(f"b_{n}") for n in "fio"}
    if (
        p.lstm
        and {"f", "i", "o"} <= set(p.cell.equations)
        and {"b_f", "b_i"} <= set(p.cell.vectors)
    ):
        changes = {g: lambda e, g=g: e.xreplace({biases[g]: biases["o"]}) for g in "fi"}
        wrong = p.cell.but(p.cell.name, **changes)
        sentence = "forward: the nets of f and i have the bias of o"
        return Change(sentence, None, "f", forward=wrong)


@mistake("peephole-after-sigma", "E22", "Lasagne/Lasagne#448")
def peephole_after_sigma(p: Parts) -> Change | None:
    w = sympy.Symbol("w_oc")
    if p.lstm and "w_oc" in p.cell.vectors:
        peephole = w * at("c")
        wrong = p.cell.but(p.cell.name, o=lambda e: sigma(e.args[0] - peephole) + peephole)
        sentence = "forward: the peephole is added to o after σ, not to its net input"
        return Change(sentence, _own(wrong), "o", forward=wrong)


@mistake("peephole-o-reads-previous", "E20", "ports of ConvLSTM")
def peephole_o_reads_previous(p: Parts) -> Change | None:
    w = sympy.Symbol("w_oc")
    if p.lstm and "w_oc" in p.cell.vectors:
        wrong = p.cell.but(p.cell.name, o=lambda e: e.xreplace({w * at("c"): w * at("c", 1)}))
        sentence = "forward: the peephole of o reads c_t−1 where c_t belongs"
        return Change(sentence, _own(wrong), "o", forward=wrong)


def _squashed_state(p):
    """The cell whose state is tanh(c): hipsternet returns it under the same name."""
    return p.cell.but(p.cell.name, c=lambda e: tanh(e), h=without(tanh))


@mistake(
    "state-is-tanh-c",
    "E10",
    "wiseodd/hipsternet, neuralnet.py since 2017",
)
def state_is_tanh_c(p: Parts) -> Change | None:
    """Forward hands tanh(c) to the next step; the backward pass is that of the usual cell."""
    names = ("LSTM", "LSTM_1997", "COUPLED", "NP", "NIG", "NFG")
    if not (p.plain and p.squash and p.cell.name in names):
        return None
    edit = chain(
        inner([key(p.squash)], lambda a: a.subs(tanh(at("c")), at("c"))),
        inner([key(t) for t in p.right.terms["o"]], lambda a: a.subs(tanh(at("c")), at("c"))),
    )
    sentence = "forward: tanh(c_t) goes to the next step in the place of c_t"
    return Change(sentence, edit, "c", forward=_squashed_state(p))


@mistake(
    "output-not-squashed",
    "E9",
    "nicodjimenez/lstm has h = o ⊙ c (there with its own, right gradient)",
)
def output_not_squashed(p: Parts) -> Change | None:
    if p.squash and p.squash.by == p.cell.output:
        wrong = p.cell.but(p.cell.name, h=without(tanh))
        return Change("forward: h = o ⊙ c, the tanh is missing", _own(wrong), "h", forward=wrong)


@mistake("output-not-squashed-backward-is", "E9", "nicodjimenez/lstm PR #30")
def output_not_squashed_backward_is(p: Parts) -> Change | None:
    if p.squash and p.squash.by == p.cell.output:
        wrong = p.cell.but(p.cell.name, h=without(tanh))
        sentence = "forward: h = o ⊙ c, but the backward pass is that of h = o ⊙ tanh(c)"
        return Change(sentence, None, "h", forward=wrong)


@mistake(
    "z-exchanged",
    "E29",
    "keras-team/keras#785, pytorch/pytorch#20129 (questions which one it is)",
    seen_in=("GRU",),
)
def z_exchanged(p: Parts) -> Change | None:
    name = p.cell.name
    if name.startswith(KINDS_OF_GRU):
        writes = "_Z_WRITES"
        other = name.removesuffix(writes) if name.endswith(writes) else name + writes
        wrong = catalogue.find(other)
        sentence = "forward: z and 1 − z are exchanged in the equation of h"
        return Change(sentence, _own(wrong), "h", forward=wrong)


@mistake(
    "reset-elsewhere",
    "E29",
    "two models in one chapter: d2l-ai/d2l-en gru.md; pytorch/pytorch#8153",
    seen_in=("GRU",),
)
def reset_elsewhere(p: Parts) -> Change | None:
    """Reset before the product where after was meant, or the other way round, without b_hh."""
    name = p.cell.name
    if name.startswith(KINDS_OF_GRU):
        before = "BEFORE" in name
        pair = ("BEFORE", "AFTER") if before else ("AFTER", "BEFORE")
        wrong = catalogue.find(name.replace(*pair))
        if before:  # it has no b_hh
            wrong = wrong.but(wrong.name, b_hh=0)
        words = ("after", "before") if before else ("before", "after")
        sentence = "forward: the reset gate acts {} the recurrent product, not {} it".format(*words)
        return Change(sentence, _own(wrong), "h_tilde", forward=wrong)
