"""A cell as data: its equations in order, and what follows from them without any derivation."""

from dataclasses import dataclass, field
from functools import cached_property

import sympy

from lstm_ref.derive import sizes
from lstm_ref.derive.expressions import (
    FUNCTIONS,
    SPREAD,
    DeclarationError,
    Dot,
    at,
    dots,
    foreign,
    move,
    parameters,
    signals,
)


@dataclass(frozen=True)
class Equation:
    """name[t] = expr. reads: its symbols in the order in which they were written."""

    name: str
    expr: sympy.Expr
    reads: tuple = ()

    @property
    def activation(self):
        """The function on the outside if a parameter is inside it, else None."""
        expr = self.expr
        outside = isinstance(expr, sympy.Function) and not isinstance(expr, Dot)
        return expr.func if outside and len(expr.args) == 1 and parameters(expr) else None

    @property
    def net(self):
        """The weighted input where there is an activation, else the whole right side."""
        return self.expr.args[0] if self.activation else self.expr


@dataclass(frozen=True)
class Cell:
    """A declared cell. Made by `@cell`, or from another one by `but` and `truncated`.

    equations: name -> Equation, in order; the last is the output. dropped: predicates on
    `bptt.Term`; a term for which one of them is true is left out, which makes the gradient wrong
    on purpose. Raises DeclarationError.
    """

    name: str
    doc: str
    input: str
    equations: dict
    dropped: tuple = ()
    letters: dict = field(init=False, repr=False, default=None)

    def __post_init__(self):
        _check(self)
        object.__setattr__(self, "letters", sizes.letters(self))

    def __getitem__(self, name):
        """The signal `name` for use in `but`: V["i"][t]."""
        if name != self.input and name not in self.equations:
            known = ", ".join([self.input, *self.equations])
            raise DeclarationError(f"{self.name} has no signal {name!r}; it has {known}")
        return sympy.IndexedBase(name)

    @property
    def title(self):
        return self.doc.splitlines()[0] if self.doc else self.name

    @cached_property
    def output(self):
        return list(self.equations)[-1]

    @cached_property
    def states(self):
        """Signals that are read one step later, the output first."""
        late = {name for e in self.equations.values() for name, lag in signals(e.expr) if lag}
        return sorted(late, key=lambda s: (s != self.output, list(self.equations).index(s)))

    @cached_property
    def matrices(self):
        """Names of the matrices, in the order of their first use."""
        others = {self.input, *self.equations, str(SPREAD)}
        return [name for name in self.letters if name[0].isupper() and name not in others]

    @cached_property
    def vectors(self):
        """Names of the parameters with one number a unit, in the order of their first use."""
        return [name for name in self._parameters() if name not in self.matrices]

    def _parameters(self):
        """Every parameter in the order in which the equations read it."""
        order = {}
        for equation in self.equations.values():
            rank = {s: k for k, s in enumerate(equation.reads)}
            read = sorted(parameters(equation.expr), key=lambda s: rank.get(s, len(rank)))
            order |= dict.fromkeys(map(str, read))
        return list(order)

    def but(self, name, doc="", /, **changes):
        """Another cell: this one with small changes.

        - signal=expression: that signal is replaced by the expression, wherever it is read,
          as in V.but("NIG", i=1) and V.but("CIFG", f=1 - V["i"][t]);
        - signal=function: its equation is changed, V.but("NIAF", c_tilde=without(tanh));
        - parameter=0: a parameter (w_fc=0) or a whole family (w=0) is left out.
        """
        equations = dict(self.equations)
        for key, value in changes.items():
            if key not in equations:
                equations = self._without(equations, key, value)
            elif callable(value):
                old = equations[key]
                equations[key] = Equation(key, _expression(key, value(old.expr)), old.reads)
                if equations[key].expr == old.expr:
                    raise DeclarationError(f"{name}: the function leaves {key} as it was")
            elif key == self.output:
                raise DeclarationError(f"{name}: {key} is the output; give a function to change it")
            else:
                new = _expression(key, value)
                del equations[key]
                equations = _replace(equations, {at(key): new, at(key, 1): move(new, -1)})
        return Cell(name, doc or self.doc, self.input, equations, self.dropped)

    def _without(self, equations, key, value):
        gone = [p for p in self._parameters() if p == key or p.startswith(f"{key}_")]
        if not gone:
            known = ", ".join([*self.equations, *self._parameters()])
            raise DeclarationError(f"{self.name} has no {key!r}; it has {known}")
        if value != 0:
            raise DeclarationError(f"{key}: a parameter can only be set to 0, got {value!r}")
        rules = {sympy.Symbol(name): sympy.Integer(0) for name in gone}
        for equation in equations.values():
            rules |= {d: sympy.Integer(0) for d in dots(equation.expr) if str(d.args[0]) in gone}
        return _replace(equations, rules)

    def truncated(self, name, drop):
        """The same cell with a wrong gradient: terms with drop(term) true are left out of bptt."""
        if not callable(drop):
            raise DeclarationError(f"drop: expected a function of a term, got {drop!r}")
        return Cell(name, self.doc, self.input, self.equations, (*self.dropped, drop))


def without(function):
    """For `but`: takes one kind of activation out of an equation, tanh(u) becomes u."""
    return lambda expr: expr.replace(function, lambda argument: argument)


def _expression(key, value):
    """SymPy's form of a value given to `but`. Text is refused: SymPy would run it as code."""
    try:
        return sympy.sympify(value, strict=True)
    except sympy.SympifyError:
        raise DeclarationError(
            f"{key}: expected an expression or a number, got {value!r}"
        ) from None


def _replace(equations, rules):
    new = {}
    for name, old in equations.items():
        # Matrix products first: a rule for a whole product must see it before it is changed.
        expr = old.expr.xreplace({k: v for k, v in rules.items() if isinstance(k, Dot)})
        new[name] = Equation(name, expr.xreplace(rules), old.reads)
    return new


def _check(cell):
    """Order, delays and products, also after a change by `but`."""
    if not cell.equations:
        raise DeclarationError(f"{cell.name}: no equations; the body has lines like h[t] = ...")
    if not cell._parameters():
        raise DeclarationError(f"{cell.name}: no parameters, so there is nothing to learn")
    known = {cell.input}
    for name, equation in cell.equations.items():
        for read, lag in signals(equation.expr):
            if lag not in (0, 1):
                raise DeclarationError(f"{cell.name}: {name}[t] reads {read}[t-{lag}]")
            if lag == 0 and read not in known:
                raise DeclarationError(f"{cell.name}: {name}[t] reads {read}[t] before it is known")
            if read != cell.input and read not in cell.equations:
                raise DeclarationError(f"{cell.name}: {name}[t] reads {read}, without an equation")
        if (part := foreign(equation.expr)) is not None:
            raise DeclarationError(
                f"{cell.name}: {name}[t] has {part}; an equation is made of +, -, *, /, powers, "
                f"products W @ v and {', '.join(f.__name__ for f in FUNCTIONS)}"
            )
        for product in dots(equation.expr):
            if not signals(product.args[1]):
                raise DeclarationError(
                    f"{cell.name}: {name}[t] has a product without a signal in it"
                )
            if dots(product.args[1]):
                raise DeclarationError(
                    f"{cell.name}: {name}[t] has a matrix product inside another one; "
                    "give the inner one a name: q[t] = W.q @ ..., then W.p @ q[t]"
                )
        known.add(name)
    if not any(lag for e in cell.equations.values() for _, lag in signals(e.expr)):
        raise DeclarationError(f"{cell.name}: nothing is read at t-1, so it has no memory")
