"""Parts of formulas as plain text, for sentences about mistakes."""

from collections.abc import Iterable

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive import terms, tree
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.terms import Product, Term
from lstm_ref.derive.typeset import lines
from lstm_ref.derive.typeset.alphabets import Text, text_letter
from lstm_ref.derive.typeset.ranks import of_names
from lstm_ref.derive.typeset.summands import Writer

STYLE = Text()


def signal(name: str) -> str:
    """c_tilde -> c̃_t."""
    return STYLE.signal(name)


def delta(name: str) -> str:
    """δ_f,t, the error term of a signal."""
    return STYLE.delta(name)


def partial(name: str) -> str:
    """∂E/∂W_fx of a parameter, ∂E/∂x_t of the input."""
    return STYLE.line(tree.Partial(lines.ERROR, tree.Parameter(name)))


def summand(cell: Cell, term: Term) -> str:
    """One term of an error term or of a vector's gradient: δ_c,t+1 ⊙ f_t+1."""
    node = Writer(cell).term(term)
    return _line(cell, tree.SumOverTime(node) if term.of in cell.vectors else node)


def product(cell: Cell, item: Product) -> str:
    """One summand of a matrix's gradient: Σ_t δ_f,t x_tᵀ."""
    return _line(cell, tree.SumOverTime(Writer(cell).product(item)))


def left(cell: Cell, of: str) -> str:
    """What a term is a summand of: ∂E/∂c_t or ∂E/∂W_fx."""
    if of in cell.equations or of == cell.input:
        return STYLE.line(tree.Partial(lines.ERROR, tree.Signal(of)))
    return partial(of)


def formula(cell: Cell, of: str) -> str:
    """The whole right formula of δ of a signal, or of a gradient, on one line."""
    if of in cell.equations:
        (found,) = lines.results(cell, [of])
        return f"{_line(cell, found.left)} = {_line(cell, found.rights[-1])}"
    wanted = left(cell, of)
    for found in (*lines.gradients(cell), *lines.passed_on(cell)):
        if not found.start and STYLE.line(found.left) == wanted:
            return f"{wanted} = {_line(cell, found.rights[-1])}"
    return ""


def slope(cell: Cell, name: str) -> str:
    """f_t ⊙ (1 − f_t), the slope of a signal's activation."""
    return _line(cell, Writer(cell).slope(name)) if terms.slope(cell, name) is not None else "1"


def factor(cell: Cell, expr: sympy.Expr, term: Term | Product) -> str:
    """A factor of a term or a product, written at the step of that term."""
    return _line(cell, tree.later(Writer(cell).expression(expr, term.by), term.lag))


def _line(cell, node):
    return Text(of_names(cell)).line(node)


def letter(name: str) -> str:
    """c_tilde -> c̃."""
    return text_letter(name)


def times(k: float, readings: Iterable[str] = ()) -> str:
    """A factor as a number, and what it may be: 0.333333 (that is 1/B)."""
    return f"{k:.6g}" + (f" (that is {' or '.join(readings)})" if readings else "")


def listed(names: Iterable[str]) -> str:
    """a, b and c."""
    names = list(names)
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
