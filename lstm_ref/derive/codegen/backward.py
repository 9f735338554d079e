"""The backward pass of a cell as NumPy source: nothing but the derived terms, arranged."""

from lstm_ref.derive import terms
from lstm_ref.derive.codegen.forward import parameters, sizes_line, stack_lines, stack_name
from lstm_ref.derive.codegen.plan import Plan
from lstm_ref.derive.codegen.source_lines import added, block, call, indent, uses
from lstm_ref.derive.codegen.stacking import by_vector
from lstm_ref.derive.expressions import SPREAD


def body(plan: Plan) -> tuple[list[str], list[str]]:
    """(lines of the function `backward`, names that it reads from the tape)."""
    back, cell, names = Backward(plan), plan.cell, plan.names
    work = [*back.arrays(), *block("for t in range(T, 0, -1):", back.step()), *back.after()]
    held = [cell.input, *cell.equations, *(n for _, _, n in plan.kept)]
    held = [names[n] for n in (*held, *(f"net {n}" for n in plan.nets))]
    tape = [name for name in held if uses(work, name)]
    late = ", ".join(back.next[s] for s in cell.states) + ("," if len(cell.states) == 1 else "")
    head = ["sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)"]
    head += ['params = tape["params"]', sizes_line(plan), f"{late} = last"]
    if tape:
        left = ", ".join(tape) + "," * (len(tape) == 1)
        head += call(f"{left} = run.take", [f'tape, "{" ".join(tape)}"'])
    head += [*parameters(plan, work), *stack_lines(plan, work)]
    done = [f"return run.give(dparams, dx, ({late}))"]
    return indent([*head, f"{back.outside} = run.from_one(outside)", *work, *done]), tape


class Backward:
    """Builds the lines; a class because its parts look up each other's names."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.cell = plan, plan.cell
        readers = (self.cell.input, *self.cell.equations, *self.cell.vectors)
        self.terms = {name: terms.of(self.cell, name) for name in readers}
        self.products = {  # whose gradient is wanted: (equation, matrix, vector)
            (p.by, name, p.v)
            for name in self.cell.matrices
            for p in terms.products(self.cell, name)
        }
        self.next = {s: plan.new(f"next_{plan.names[s]}") for s in self.cell.states}
        self.outside = plan.new("e")
        # Products that are not stacked: the error at each, and that error carried to its vector.
        self.inner = {(by, p): terms.at_product(self.cell, by, p) for by, p in plan.alone}
        self.point = {
            key: plan.new(f"delta_{key[1].args[0]}")
            for key, inner in self.inner.items()
            if inner != 1
        }
        self.carried = {key: plan.new(f"back_{key[1].args[0]}") for key in self.inner}
        self.stored = {*plan.layout.rows} | {by for by, p in self.inner if p.args[0] != SPREAD}
        for name in (self.cell.input, *self.cell.vectors):
            self.stored |= {term.by for term in self.terms[name]}

    def delta(self, name: str, whole: bool = False) -> str:
        """The error term of an equation, at this step or at all of them."""
        text = self.plan.deltas[name]
        return text if name not in self.stored else f"{text}[1:]" if whole else f"{text}[t]"

    def arrays(self) -> list[str]:
        """Room for the error terms that are needed for all steps together."""
        plan, rows, letters = self.plan, self.plan.layout.rows, self.cell.letters
        lines = []
        if rows:
            left = ", ".join(plan.deltas[r] for r in rows) + ("," if len(rows) == 1 else "")
            word = "".join(letters[r] for r in rows)
            lines.append(f'delta = new("{word}")')
            lines.append(f"{left} = run.rows(delta, {', '.join(letters[r] for r in rows)})")
        for name in self.cell.equations:
            if name in self.stored and name not in rows:
                lines.append(_array(plan.deltas[name], letters[name]))
        for (by, product), name in self.point.items():
            if product.args[0] != SPREAD:
                lines.append(_array(name, letters[by]))
        return lines

    def step(self) -> list[str]:
        """One step back: equations from last to first, then what goes to the step before."""
        lines = []
        for name in reversed(self.cell.equations):
            lines += self._error_term(name)
            for key in self.inner:
                if key[0] == name:
                    lines += self._carry(key)
        for state in reversed(self.cell.states):
            pieces = self.pieces(state, 1) or [f"np.zeros_like({self.next[state]})"]
            lines += added(f"{self.next[state]} =", pieces)
        return lines

    def _error_term(self, name):
        plan, pieces = self.plan, []
        if name in self.next:
            pieces.append(self.next[name])
        if name == self.cell.output:
            pieces += ["+ " * bool(pieces) + f"{self.outside}[t]"]
        pieces += self.pieces(name, 0, first=not pieces)
        target = self.delta(name)
        if not pieces:
            return [f'{target} = run.zeros(sizes, tape["dtype"], "{self.cell.letters[name]}B")']
        if (slope := terms.slope(self.cell, name)) is None:
            return added(f"{target} =", pieces)
        factor = plan.show(slope) if slope.is_Mul else f"({plan.show(slope)})"
        if len(pieces) > 1:
            pieces = ["(" + pieces[0], *pieces[1:-1], pieces[-1] + ")"]
        return added(f"{target} =", [*pieces, f"* {factor}"])

    def _carry(self, key):
        """The error at a product that stands alone, and what it gives to its vector."""
        (by, product), lines = key, []
        W, v = product.args
        if key in self.point:
            at_step = "" if W == SPREAD else "[t]"
            value = self._times(self.delta(by), self.inner[key], by)
            lines.append(f"{self.point[key]}{at_step} = {value}")
        of_signals = (t for s in self.cell.equations for t in self.terms[s])
        if any((t.by, t.via, t.v) == (by, W, v) for t in of_signals):
            lines.append(f"{self.carried[key]} = {self._transposed(key)}")
        return lines

    def _transposed(self, key, whole=False):
        by, product = key
        W, v = product.args
        if W == SPREAD:
            error = self.point.get(key, self.delta(by))
            if whole:
                error = self._times(self.delta(by, True), self.inner[key], by, True)
            return f"run.gather({error}, {self.plan.letter(v)})"
        when = "[1:]" if whole else "[t]"
        error = self.point[key] + when if key in self.point else self.delta(by, whole)
        return f"{self.plan.names[str(W)]}.T @ {error}"

    def _times(self, text, factor, by, whole=False):
        if factor == 1:
            return text
        code = self.plan.show(factor, by, whole)
        return f"{text} * ({code})" if factor.is_Add else f"{text} * {code}"

    def pieces(self, name: str, lag: int, whole: bool = False, first: bool = True) -> list[str]:
        """The terms of a signal as code, each with its sign; stacked products as one."""
        texts, done = [], set()
        for term in self.terms[name]:
            if term.lag == lag and term not in done:
                text, used = self._term(term, whole)
                texts.append(text)
                done |= used
        lines: list[str] = []
        for text in texts:
            bare = first and not lines
            if text.startswith("-"):
                lines.append(text if bare else f"- {text[1:]}")
            else:
                lines.append(text if bare else f"+ {text}")
        return lines

    def _term(self, term, whole):
        """(code of the term, all terms that this code stands for)."""
        if term.via is None:
            negative = not term.inner.is_Add and term.inner.could_extract_minus_sign()
            inner = -term.inner if negative else term.inner
            text = self._times(self.delta(term.by, whole), inner, term.by, whole)
            return ("-" if negative else "") + text, {term}
        key = next(
            (k for k in self.inner if (k[0], *k[1].args) == (term.by, term.via, term.v)), None
        )
        if key is None:
            return self._stacked(term, whole)
        text = self._transposed(key, True) if whole else self.carried[key]
        if term.outer != 1 and whole:
            text = f"({text})"
        return self._times(text, term.outer, term.by, whole), {term}

    def _stacked(self, term, whole):
        """The whole stack if all of its terms are kept, else this matrix alone."""
        stack = by_vector(self.plan.layout, term)
        terms = {t for t in self.terms[term.of] if (t.by, t.via) in stack.pairs and t.v == stack.v}
        if len(terms) < len(stack.rows) or len(stack.rows) == 1:
            W = self.plan.names[str(term.via)]
            return f"{W}.T @ {self.delta(term.by, whole)}", {term}
        cut = self.plan.cut(stack.rows)
        when = ("1:" if whole else "t") + (f", {cut}" if cut else "")
        return f"{stack_name(self.plan, stack)}.T @ delta[{when}]", terms

    def after(self) -> list[str]:
        """Sums over all steps: weight gradients, and the errors at the inputs."""
        zeros = [f'run.zeros(sizes, tape["dtype"], "T{self.cell.letters[self.cell.input]}B")']
        lines = added("dx =", self.pieces(self.cell.input, 0, whole=True) or zeros)
        lines += ["dparams = {}", *self._matrix_gradients()]
        for name in self.cell.vectors:
            zeros = [f'run.zeros(sizes, tape["dtype"], "T{self.cell.letters[name][0]}B")']
            terms = self.pieces(name, 0, whole=True) or zeros
            lines += call(f'dparams["{name}"] = run.total', [" ".join(terms)])
        return lines

    def _matrix_gradients(self):
        """Products with stacked matrices first, then each gradient; zeros where all is dropped."""
        lines: list[str] = []
        found: dict[str, list[str]] = {name: [] for name in self.cell.matrices}
        for stack in self.plan.layout.stacks:
            lines += self._stack_gradient(stack, found)
        if lines or any(found.values()):
            lines.insert(0, "errors = run.flat(delta[1:])")
        for by, product in self.inner:
            if (by, str(product.args[0]), product.args[1]) in self.products:
                error = self.point.get((by, product), self.plan.deltas[by])
                v = self.plan.show(product.args[1], by, whole=True)
                found[str(product.args[0])].append(f"run.outer({error}[1:], {v})")
        for name, texts in found.items():
            zeros = f'run.zeros(sizes, tape["dtype"], "{self.cell.letters[name]}")'
            lines += added(f'dparams["{name}"] =', _plus(texts or [zeros]))
        return lines

    def _stack_gradient(self, stack, found):
        """Adds the gradients of a stack's matrices to `found`; the lines that come before them."""
        plan = self.plan
        wanted = [(r, W) for r, W in stack.pairs if (r, str(W), stack.v) in self.products]
        if not wanted:
            return []
        cut = plan.cut(stack.rows)
        errors = f"errors[{cut}]" if cut else "errors"
        product = f"{errors} @ run.flat({plan.show(stack.v, whole=True)}).T"
        if len(stack.matrices) == 1:
            found[str(stack.matrices[0])].append(product)
            return []
        name = plan.new(f"d{stack_name(plan, stack)}")
        for r, W in wanted:
            inside = stack.rows.index(r)
            start, end = plan.height(stack.rows[:inside]), plan.height(stack.rows[: inside + 1])
            found[str(W)].append(f"{name}[{start if inside else ''}:{end}]")
        return [f"{name} = {product}"]


def _array(name, letter):
    return f'{name} = new("{letter}")'


def _plus(texts):
    return [texts[0], *(f"+ {text}" for text in texts[1:])]
