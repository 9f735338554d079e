"""Known mistakes in sums over steps and samples, in biases, peepholes, last errors and buffers."""

import numpy as np

from lstm_ref.derive.expressions import at
from lstm_ref.mistakes import edits, wording
from lstm_ref.mistakes.edits import drop, inner, key
from lstm_ref.mistakes.evaluate import overwritten
from lstm_ref.mistakes.known.registry import Change, Parts, mistake
from lstm_ref.mistakes.known.terms import HANBT, no_last

GERS = "Gers & Schmidhuber 2000, on purpose (truncation); automan000/Convolutional_LSTM_PyTorch#20"


def _last(steps):
    return steps[-1]


def _first(steps):
    return steps[0]


def _mean(steps):
    return steps.mean(axis=0)


def _input_matrices(p):
    x = at(p.cell.input)
    return [n for n in p.cell.matrices if any(q.v == x for q in p.right.products[n])]


def _all(p):
    return [*p.cell.matrices, *p.cell.vectors]


@mistake("input-weights-last-step", "E15", HANBT)
def input_weights_last_step(p: Parts) -> Change | None:
    sentence = "gradients of input weights are of the last step only, not summed over t"
    return Change(sentence, edits.sums(_input_matrices(p), _last))


@mistake("weights-last-step", "E15")
def weights_last_step(p: Parts) -> Change | None:
    sentence = "gradients are of the last step only, not summed over t"
    return Change(sentence, edits.sums(_all(p), _last))


@mistake("weights-first-step", "E15")
def weights_first_step(p: Parts) -> Change | None:
    """`dW = ` where `dW += ` belongs, in a loop that goes backwards."""
    sentence = "gradients are of step 1 only: overwritten in the loop, not summed over t"
    return Change(sentence, edits.sums(_all(p), _first))


@mistake("mean-over-steps", "E15")
def mean_over_steps(p: Parts) -> Change | None:
    return Change("gradients are means over the steps, not sums",
                  edits.sums(_all(p), _mean))  # fmt: skip


@mistake("bias-copied", "E17", f"{HANBT}; issue #53, PR #63")
def bias_copied(p: Parts) -> Change | None:
    if {"b_f", "b_i", "b_o"} <= set(p.cell.vectors):
        edit = edits.after(lambda d, g: {"b_i": g["b_f"], "b_o": g["b_f"]})
        return Change("∂E/∂b_i and ∂E/∂b_o are copies of ∂E/∂b_f", edit)


def _over_batch(names):
    def change(deltas, gradients):
        B = gradients["x"].shape[2]
        return {n: gradients[n] / B for n in names}

    return edits.after(change)


def _biases(p):
    return [n for n in p.cell.vectors if n.startswith("b_")]


@mistake("bias-mean", "E18")
def bias_mean(p: Parts) -> Change | None:
    """mean(axis) where sum(axis) belongs: weights and biases are scaled differently."""
    if _biases(p):
        return Change("gradients of biases are means over the samples, those of weights sums",
                      _over_batch(_biases(p)))  # fmt: skip


@mistake("weights-mean", "E18")
def weights_mean(p: Parts) -> Change | None:
    return Change("gradients of weights are means over the samples, those of biases sums",
                  _over_batch(p.cell.matrices))  # fmt: skip


@mistake("parameters-mean", "E18")
def parameters_mean(p: Parts) -> Change | None:
    """The loss is a sum over the samples, the gradients are divided by their number."""
    sentence = "gradients of all parameters are divided by B, the errors handed down are not"
    return Change(sentence, _over_batch(_all(p)))


@mistake("bias-twice", "E18")
def bias_twice(p: Parts) -> Change | None:
    """Two biases that are added have equal gradients; their sum is twice the one."""
    if _biases(p):
        edit = edits.after(lambda d, g: {n: 2 * g[n] for n in _biases(p)})
        return Change("gradients of biases are twice as large: those of two biases added up", edit)


@mistake("peephole-o-previous", "E20", "cf. carlthome/tensorflow-convlstm-cell#11")
def peephole_o_previous(p: Parts) -> Change | None:
    if p.lstm and "w_oc" in p.cell.vectors:
        edit = inner([key(t) for t in p.right.terms["w_oc"]], lambda a: a.subs(at("c"), at("c", 1)))
        return Change("∂E/∂w_oc has c_t−1 where c_t belongs", edit)


def _peepholes(p):
    return [t for t in p.right.terms.get("c", ()) if t.inner.is_Symbol and p.lstm]


@mistake("peephole-o-no-error", "E21", GERS)
def peephole_o_no_error(p: Parts) -> Change | None:
    found = [t for t in _peepholes(p) if t.by == "o"]
    if found and len(_peepholes(p)) > 1:
        text = wording.summand(p.cell, found[0])
        return Change(f"∂E/∂c_t lacks {text}, the peephole of o", drop(map(key, found)), "c")


@mistake("peephole-fi-no-error", "E21", GERS)
def peephole_fi_no_error(p: Parts) -> Change | None:
    found = [t for t in _peepholes(p) if t.by in "fi"]
    if {t.by for t in found} == {"f", "i"}:
        sentence = "∂E/∂c_t lacks what comes back through the peepholes of f and i"
        return Change(sentence, drop(map(key, found)), "c")


@mistake("peepholes-no-error", "E21", GERS)
def peepholes_no_error(p: Parts) -> Change | None:
    if _peepholes(p) and {t.by for t in _peepholes(p)} != {"f", "i"}:
        edit = drop(map(key, _peepholes(p)))
        return Change("∂E/∂c_t lacks what comes back through the peepholes", edit, "c")


@mistake("carousel-only", ("E3", "E21"), GERS)
def carousel_only(p: Parts) -> Change | None:
    if _peepholes(p) and p.recurrent:
        edit = drop(map(key, [*p.recurrent, *_peepholes(p)]))
        return Change("errors come back by the carousel only, not through gates", edit, "h")


@mistake("last-cell-error-ignored", "E25", "deeplearning4j/deeplearning4j#8838")
def last_cell_error_ignored(p: Parts) -> Change | None:
    """What a later layer or the next piece of the sequence sends to c_T."""
    if len(p.cell.states) > 1 and "c" in p.cell.states:
        edit = edits.errors(no_last("c", p.cell))
        return Change("the error that enters at c_T is ignored", edit, "c")


@mistake("last-state-error-ignored", "E25")
def last_state_error_ignored(p: Parts) -> Change | None:
    def change(errors):
        return {**errors, "dstate_T": tuple(map(np.zeros_like, errors["dstate_T"]))}

    sentence = "the errors that enter at the last state are ignored"
    return Change(sentence, edits.errors(change), p.cell.output)


@mistake("last-output-only", "")
def last_output_only(p: Parts) -> Change | None:
    def change(errors):
        dh = np.zeros_like(errors["dh"])
        dh[-1:] = errors["dh"][-1:]
        return {**errors, "dh": dh}

    sentence = "only the error at the last step is taken in, those of earlier steps are ignored"
    return Change(sentence, edits.errors(change), p.cell.output)


@mistake(
    "errors-overwritten",
    "E26",
    "apache/mxnet#17898, PR #18203 (two directions of one layer)",
    seen_in=("LSTM", "GRU"),
)
def errors_overwritten(p: Parts) -> Change | None:
    """dx is written into the array of the errors that came in: who reads it next reads dx."""
    sentence = "the errors that came in are overwritten by ∂E/∂x; the next reader gets those"
    return Change(sentence, None, p.cell.output, second=True, spoil=overwritten)


@mistake("not-reset", "E28", "ddbourgin/numpy-ml (gradients after flushing)")
def not_reset(p: Parts) -> Change | None:
    """The sums of the run before are still in the gradients: twice as large after two runs."""
    edit = edits.after(lambda d, g: {n: 2 * g[n] for n in _all(p)})
    return Change("gradients of parameters still hold those of an earlier run", edit, second=True)
