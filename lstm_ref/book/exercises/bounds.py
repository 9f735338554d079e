"""Is an expression small enough to be evaluated? For `lstm_ref.book.exercises.equivalence`.

x**(10**9) is written in a moment; its exact value at x = 7/5 has more than 10**9 digits. Nothing
here computes such a number: how long it would be is added up from its parts, the inner ones first.
"""

from math import comb, prod

from lstm_ref.optional import needs

with needs(__name__):
    import sympy as sp
    from sympy.concrete.expr_with_limits import ExprWithLimits


# Parts of an expression, bits of an exact number, size of a function's argument, summands after
# multiplying out, steps of a sum, order of a derivative, entries of a matrix.
PARTS, BITS, ARGUMENT, SUMMANDS, STEPS, ORDER, ENTRIES = 2000, 100_000, 10**5, 10**4, 1000, 10, 400
SYMBOL = 24  # bits of the numbers that are put in the place of a symbol, numerator and denominator


class TooLarge(Exception):
    """An expression is beyond a bound; the message says which."""


def check_form(expr: sp.Basic) -> None:
    """Refuse what is too large before anything is computed. Raises TooLarge."""
    for count, part in enumerate(sp.preorder_traversal(expr)):
        if count >= PARTS:
            raise TooLarge(f"it has more than {PARTS} parts")
        if isinstance(part, sp.Sum | sp.Product):
            if not _steps(part) <= STEPS:
                raise TooLarge(
                    f"a sum or product of more than {STEPS} terms, or an unknown number of them"
                )
        elif isinstance(part, ExprWithLimits | sp.Limit):
            raise TooLarge(f"it contains {type(part).__name__}: write what comes out of it")
        elif isinstance(part, sp.Derivative):
            if not all(k.is_Integer and k <= ORDER for _, k in part.variable_count):
                raise TooLarge(f"a derivative of an order above {ORDER}")
        elif isinstance(part, sp.MatrixExpr):
            if not all(k.is_Integer and k**2 <= ENTRIES for k in map(sp.sympify, part.shape)):
                raise TooLarge(f"a matrix with more than {ENTRIES} entries or of unknown shape")
    check_value(expr, {})


def _steps(part):
    """How often a sum or product, or sums within each other, add or multiply; inf if unknown."""
    spans = [limit[-1] - limit[-2] + 1 if len(limit) == 3 else sp.oo for limit in part.limits]
    inner = [_steps(p) for p in part.function.atoms(sp.Sum, sp.Product)]
    total = sp.Mul(*(abs(span) for span in spans), *inner)
    return total if total.is_Integer else sp.oo


def check_value(expr: sp.Basic, point: dict[sp.Symbol, sp.Expr]) -> None:
    """Refuse what is too large at a point, a dict {symbol: number}. Raises TooLarge."""
    _bits(expr, point)


def _bits(expr, point):
    """How many bits the exact value has at most."""
    if not expr.args:
        number = point.get(expr, expr)
        if not getattr(number, "is_Rational", False):
            return SYMBOL
        return int(number.p).bit_length() + int(number.q).bit_length()
    bits = [_bits(part, point) for part in expr.args]
    total = sum(bits)
    if isinstance(expr, sp.Pow | sp.MatPow):  # the exponent's own bits have been looked at
        total += bits[0] * _size(expr.exp, point)
    elif isinstance(expr, sp.Function) and not all(_size(a, point) <= ARGUMENT for a in expr.args):
        raise TooLarge(f"{expr.func.__name__} of a number above {ARGUMENT}")
    if not total <= BITS:
        raise TooLarge("an exponent is too large" if expr.is_Pow else "its numbers are too long")
    return total


def _size(expr, point):
    """The absolute value at a point, about; 0 where it has none."""
    number = expr.xreplace(point)
    if not isinstance(number, sp.Expr) or number.free_symbols:
        return 0  # with symbols evaluation may take long, and gives no number
    try:
        value = abs(complex(number.evalf(15)))
    except OverflowError:
        return float("inf")
    except (TypeError, ValueError, ZeroDivisionError):
        return 0
    return 0 if value != value else value


def summands(expr: sp.Basic) -> int:
    """How many summands an expression has at most after multiplying out."""
    if isinstance(expr, sp.Add):
        return sum(map(summands, expr.args))
    if isinstance(expr, sp.Mul):
        return prod(map(summands, expr.args))
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer:
        n, k = summands(expr.base), abs(int(expr.exp))
        return comb(n + k - 1, k) if k <= BITS and n <= BITS else SUMMANDS + 1
    return max(1, sum(summands(part) for part in expr.args))
