"""What a cell has to fulfil, as named checks: `check_cell`, or one test each under pytest.

    from lstm_ref.check import check_cell, pair, parametrize_with_checks

    check_cell(pair(my_forward, my_backward, {"W_hx": "HD", ...}, {"h": "HB"}))

    @parametrize_with_checks([MyLSTM])
    def test_contract(check):
        check()

Each check is one function of `checklist` or `promises`, and its first sentence says what it
asserts. All are run, and all that fail are reported together. What a cell must fulfil to be checked
at all is asked of every cell; what only the cells of this package promise (T = 0, None for zeros,
float32, bad shapes refused) is asked with promises=True.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from lstm_ref.cells.resolve import PARTS, resolve
from lstm_ref.check import checklist, witnesses
from lstm_ref.check.evidence import Evidence, NotRun
from lstm_ref.check.failure import ContractFailed, Failure
from lstm_ref.check.promises import PROMISES
from lstm_ref.types import CellLike


class Report(dict[str, dict[str, float]]):
    """What `check_cell` found: {witness: {tensor: relative error}} of the witnesses that spoke.

    cell: its name; passed: names of the checks; not_run: name of a check -> why.
    """

    def __init__(
        self,
        cell: str,
        errors: dict[str, dict[str, float]],
        passed: list[str],
        not_run: dict[str, str],
    ) -> None:
        super().__init__(errors)
        self.cell, self.passed, self.not_run = cell, passed, not_run

    def __str__(self) -> str:
        lines = [f"{self.cell}: {len(self.passed)} checks passed; witnesses: {', '.join(self)}"]
        return "\n".join([*lines, *(f"  not run: {why}" for why in grouped(self.not_run))])


def grouped(not_run: Mapping[str, str]) -> Iterator[str]:
    """Checks that were not run for the same reason, in one line each."""
    names: dict[str, list[str]] = {}
    for name, why in not_run.items():
        names.setdefault(why, []).append(name)
    for why, of in names.items():
        yield f"{of[0]}{f' and {len(of) - 1} more' if of[1:] else ''}: {why}"


def pair(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    SHAPES: Mapping[str, str],
    STATES: Mapping[str, str],
    *,
    INPUT: str = "TDB",
    OUTPUT: str = "THB",
    FIXED: Mapping[str, str] | None = None,
    INPUTS: Mapping[str, str] | None = None,
    name: str | None = None,
) -> CellLike:
    """Any two functions as a cell that can be checked.

    forward(params, x, state0) -> (h, state_T, tape) and backward(params, tape, dh, dstate_T) ->
    (dparams, dx, dstate0), params a dict of arrays, states tuples. SHAPES: parameter -> its axes,
    as {"W_fx": "HD", "W_fh": "HH", "b_f": "H1"}; STATES: {"h": "HB", "c": "HB"}; T steps, D inputs,
    H units, B samples; further letters are further widths. FIXED: parameters without a gradient,
    behind the others in params. INPUTS: {"x": "TDB", "mask": "THB"} of a cell with several; x and
    dx are dicts then. Raises TypeError.
    """
    for argument, function in (("forward", forward), ("backward", backward)):
        if not callable(function):
            raise TypeError(f"{argument}: expected a function, got {type(function).__name__}")
    more = {"FIXED": dict(FIXED or {}), "INPUTS": dict(INPUTS or {})}
    whole = {"INPUT": {"INPUT": INPUT}, "OUTPUT": {"OUTPUT": OUTPUT}, **more}
    for argument, words in {"SHAPES": SHAPES, "STATES": STATES, **whole}.items():
        _letters(argument, words)
    shown = name or getattr(forward, "__name__", "cell")
    functions: dict[str, Any] = dict(forward=forward, backward=backward, __name__=shown)
    functions |= dict(INPUT=INPUT, OUTPUT=OUTPUT, **more)
    return SimpleNamespace(SHAPES=SHAPES, STATES=STATES, **functions)


def _letters(argument, words):
    """Refuse what is no dict of name -> axes, one known letter each."""
    if not isinstance(words, dict) or not all(isinstance(w, str) for w in words.values()):
        raise TypeError(
            f"{argument}: expected a dict of axes in letters, as "
            f"{{'W_fx': 'HD'}} or {{'h': 'HB'}}, got {words!r:.60}"
        )
    known = witnesses.widths(1, 1, 1, 1)
    for name, word in words.items():
        for letter in word:
            if letter not in known:
                raise TypeError(
                    f"{argument}: {name} has the axis {letter!r}; expected letters of "
                    f"{''.join(known)}: T steps, B samples, D inputs, H units, or other widths"
                )


def _complete(cell):
    """The module or object of a cell, given itself, by name, or declared. Raises TypeError."""
    if isinstance(cell, str) or hasattr(cell, "equations"):
        cell = resolve(cell)
    missing = [part for part in PARTS if not hasattr(cell, part)]
    if missing:
        name = getattr(cell, "__name__", type(cell).__name__)
        raise TypeError(
            f"cell: {name} has no {', '.join(missing)}; expected a module like "
            "lstm_ref.cells.lstm, a declared cell or its name, or two functions put together by "
            "lstm_ref.check.pair(forward, backward, SHAPES, STATES)"
        )
    return cell


def _name(cell):
    for word in (getattr(cell, "__name__", None), getattr(cell, "NAME", None)):
        if word:
            return word.rsplit(".", 1)[-1]
    return type(cell).__name__


def checks(
    cell: Any,
    seed: int = 0,
    *,
    T: int = 5,
    B: int = 3,
    D: int = 4,
    H: int = 6,
    tol: float = 1e-9,
    promises: bool = False,
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield (name, check) for every check of a cell; check() returns the relative error or None.

    It raises `ContractFailed` if the cell fails and `NotRun`, with the reason, if it cannot be
    made. cell: as for `check_cell`. Nothing is computed before the first check is called, and what
    several need is computed once. Raises TypeError for what is no cell.
    """
    cell = _complete(cell)
    evidence = Evidence(cell, _name(cell), seed, T=T, B=B, D=D, H=H)
    for name, check in checklist.of(cell, tol, PROMISES if promises else ()):
        yield name, _guarded(name, check, evidence)


def _guarded(name, check, evidence):
    """The check as a function without arguments whose errors say what they belong to."""

    def run():
        try:
            return check(evidence)
        except NotRun:
            raise
        except AssertionError as failed:
            places = (getattr(failed, a, None) for a in ("tensor", "entry", "got", "want"))
            failure = Failure(evidence.name, name, str(failed), *places)
            raise ContractFailed([failure]) from failed
        except Exception as error:
            failure = Failure(evidence.name, name, f"{type(error).__name__}: {error}")
            raise ContractFailed([failure]) from error

    run.__name__ = name
    return run


def check_cell(cell: Any, seed: int = 0, *, stop: bool = False, **options: Any) -> Report:
    """Run every check of a cell, in float64, and raise `ContractFailed` with all that fail.

    cell: a module like `lstm_ref.cells.lstm`, a declared cell, the name of one, a `pair`, or a
    Stack. Gradients of every parameter, x and the initial states are compared with three
    witnesses: autograd and the complex step to `tol`, central differences to 1e-6, their own error.
    A witness that cannot follow the forward pass is left out with a word. options: T, B, D, H, tol
    (1e-9) and promises of `checks`. stop: at the first failure, if only the verdict counts.
    Returns a `Report`, {witness: {tensor: relative error}}. TypeError names what the cell lacks.
    """
    cell = _complete(cell)
    failures: list[Failure] = []
    passed: list[str] = []
    not_run: dict[str, str] = {}
    errors: dict[str, dict[str, float]] = {}
    for name, check in checks(cell, seed, **options):
        try:
            error = check()
        except NotRun as why:
            not_run[name] = str(why)
        except ContractFailed as failed:
            failures += failed.failures
            if stop:
                break
        else:
            passed.append(name)
            if isinstance(error, checklist.Error):
                errors.setdefault(error.witness, {})[error.tensor] = error.value
    total = len(passed) + len(failures)
    if failures:
        raise ContractFailed(failures, total, list(grouped(not_run)))
    return Report(_name(cell), errors, passed, not_run)


def parametrize_with_checks(cells: Iterable[Any], **options: Any) -> Any:
    """A pytest decorator: one test for each check of each cell, as scikit-learn's of this name.

    The test has one argument, `check`, and calls it. options: as of `checks`. Identifiers are those
    of cell and check, as "MyLSTM-gradient-autograd-W_fh"; what cannot be made is skipped with the
    reason.
    """
    import pytest  # nobody else needs it

    def skipping(check):
        def run():
            try:
                return check()
            except NotRun as why:
                pytest.skip(str(why))

        return run

    params = [
        pytest.param(skipping(check), id=f"{_name(_complete(cell))}-{name}")
        for cell in cells
        for name, check in checks(cell, **options)
    ]
    return pytest.mark.parametrize("check", params)
