"""How a contract fails: one record for each failure, one exception for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """One failure. cell, check: names; message: the whole of it in words.

    tensor, entry, got, want: what differs, where, and both values; None where that says nothing.
    """

    cell: str
    check: str
    message: str
    tensor: str | None = None
    entry: tuple | None = None
    got: float | None = None
    want: float | None = None

    def __str__(self) -> str:
        return f"{self.cell}: {self.message}"


class ContractFailed(AssertionError):
    """A cell fails some of its checks. failures: tuple of `Failure`; the message lists them all."""

    def __init__(
        self, failures: Iterable[Failure], total: int | None = None, not_run: Sequence[str] = ()
    ) -> None:
        self.failures = tuple(failures)
        if total is None and len(self.failures) == 1:
            super().__init__(str(self.failures[0]))
            return
        count = f"{len(self.failures)} of {total or len(self.failures)} checks failed"
        lines = [f"{self.failures[0].cell}: {count}"]
        lines += [f"  {f.check}: {f.message}" for f in self.failures]
        lines += [f"  not run: {why}" for why in not_run]
        super().__init__("\n".join(lines))
