"""Mistakes in words: of finished tensors, of the forward pass and its start, and `backward`."""

from __future__ import annotations

from collections.abc import Iterable

from lstm_ref.derive import tree
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.wording.backward import Backward, listed
from lstm_ref.diagnose.wording.changes import changed
from lstm_ref.diagnose.wording.formulas import letter

FUNCTIONS = {"sigma": "σ"}
RULES = {  # kinds of other nets, said behind what they are
    "complement": "a gate and its complement are exchanged",
    "before the product": "the gate acts before the product with the matrix, not after it",
    "after the product": "the gate acts after the product with the matrix, not before it",
    "before the product, bias ignored": "the gate acts before the product, and a bias is ignored",
    "everything inside": "the gate acts on all of it",
    "bias inside": "the gate acts on the bias too",
    "bias outside": "the gate does not act on the bias",
    "+ for product": "+ for the product",
    "parameter": "another parameter",
    "transposed": "a matrix is transposed",
}
STORED = {
    "reversed": "runs backwards in time",
    "shifted": "is stored one step late, from the initial state on",
    "last": "is the last step's at every step",
    "transposed": "is transposed",
    "before the slope": "is taken before the slope: ∂E/∂ of the value, another convention",
}


class Words(Backward):
    """Says what is wrong in a cell, a sentence for each `Edit`, without a full stop."""

    def sentence(self, edit: Edit) -> str:
        """One edit, without a full stop."""
        said: str = getattr(self, f"_{edit.place[0]}")(edit)
        return said

    def _result(self, edit):
        what, limit = self.tensor(edit.place[1]), f"{edit.weight:.6g}"
        if edit.kind == "clipped":
            return f"{what} is clipped, entry by entry, to ±{limit}"
        if edit.kind == "not carried":
            return f"{what} is the error at step 1, not carried back to step 0"
        if edit.kind == "not read":
            return f"{what} is 0: nothing depends on it"
        if edit.weight == 0:
            return f"{what} {self.lost(edit.steps)}"
        if edit.other == "updated":
            return (f"{what} is computed with W − {edit.weight:g} ∂E/∂W where W belongs: the "
                    "weights were changed before the error was passed on")  # fmt: skip
        if edit.other == "clipped":
            return f"{what} is clipped to ±{edit.weight:g}, entry by entry"
        if edit.other == "step 1":
            return f"{what} is the error at step 1, not carried back to step 0"
        said = list(self._weight(edit.weight, True))
        if edit.kind == "copy":
            said = [f"is a copy of {self.tensor(edit.other)}", *said]
        elif edit.other in STORED:
            said = [STORED[edit.other], *said]
        return f"{what} {listed(said or [f'is another one ({edit.kind})'])}{self.only(edit)}"

    def tensor(self, name: str) -> str:
        """∂E/∂W_fx of dW_fx, δ_f of delta_f, f of f."""
        if name.startswith("delta_"):
            return f"δ_{letter(name[6:])}"
        if name in self.table.equations or not name.startswith("d"):
            return letter(name)
        return f"∂E/∂{name[1:]}"

    def _scale(self, edit):
        names = edit.place[1]
        what = self.gradients([names] if isinstance(names, str) else names)
        if edit.kind == "clipped":
            return f"the norm of {what} is clipped to {edit.other}"
        if edit.kind == "limited":
            return f"every entry of {what} is clipped to ±{edit.weight:g}"
        alone = isinstance(names, str) or len(names) == 1
        return f"{what}{'' if alone else ': each'} {self.factor(edit.weight)}"

    def gradients(self, names: Iterable[str]) -> str:
        """The gradients of all parameters, of all biases, or ∂E/∂W_fx and ∂E/∂W_fh."""
        names = [n if n in self.table.letters else n.removeprefix("d") for n in names]
        table, mine = self.table, set(names)
        biases = {n for n in table.vectors if n.startswith("b_")}
        by_input = {n for n, items in table.products.items()
                    if any(p.v == tree.Signal(table.input) for p in items)}  # fmt: skip
        states = {f"{s}_0" for s in table.states}
        known = {
            "everything": {*table.matrices, *table.vectors, *table.inputs, *states},
            "all parameters": {*table.matrices, *table.vectors},
            "all matrices": set(table.matrices),
            "all biases": biases,
            "the input weights": by_input,
            "the recurrent weights": set(table.matrices) - by_input,
        }
        for words, group in known.items():
            if mine == group and len(mine) > 1:
                return f"the gradients of {words}"
        return listed(f"∂E/∂{name}" for name in names)

    def _state(self, edit):
        name = edit.place[1]
        if edit.kind == "swapped":
            pairs = edit.other.split(", ") if " for " in edit.other else []
            states = [pair.split(" for ")[1] for pair in pairs] or [name, edit.other]
            return f"{listed(f'{letter(s)}_0' for s in states)} are swapped"
        if name == "all":
            return f"the initial states are taken as {edit.other}"
        if edit.other in self.table.states:
            return f"{letter(name)}_0 is taken from {letter(edit.other)}_0"
        return f"{letter(name)}_0 is taken as {edit.other}"

    def _given(self, edit):
        name, other = edit.place[1], edit.other
        if name == "gates":
            pairs = [tuple(map(letter, pair.split(" for "))) for pair in other.split(", ")]
            if len(pairs) == 2 and pairs[0] == pairs[1][::-1]:
                return f"the weights of {listed(sorted(pairs[0]))} are exchanged on the way in"
            moved = listed(f"{b} has those of {a}" for a, b in pairs)
            return f"the weights of the gates are permuted on the way in: {moved}"
        if name in self.table.inputs:
            if other == "reversed":
                return f"{letter(name)} is read from the last step to the first"
            axes = ", ".join(other)
            return (f"{letter(name)} of shape (T, D, B) is read as if it were ({axes}): "
                    "reshaped, not transposed")  # fmt: skip
        what = "all biases are" if name == "biases" else f"{name} is"
        if other == "zero":
            return f"{what} ignored (taken as zero)"
        sign = "added to" if other.startswith("+") else "taken from"
        return f"{other[1:]} is {sign} {name}, as a bias that is no parameter"

    def _forward(self, edit):
        name, equation = edit.place[1], self.table.equations[edit.place[1]]
        said = []
        if edit.other:
            right = function(equation.activation or "identity")
            said.append(f"has {function(edit.other)} where {right} belongs")
        if edit.inner is not None:
            said += self._phrases(changed(equation.net, edit.inner), "has")
        rule = f" ({RULES[edit.kind]})" if edit.kind in RULES else ""
        return f"forward: {letter(name)} {listed(said)}{rule}"


def function(word: str) -> str:
    """The name of an activation as it is printed."""
    return FUNCTIONS.get(word, word)
