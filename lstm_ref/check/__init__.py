"""Is this backward pass right? Witnesses that know nothing of it, and ways to ask them.

`check_cell` runs the named checks of `contract`; summands: a derivation as data, evaluated term by
term, a further witness.
"""

from lstm_ref.check.contract import (
    ContractFailed,
    NotRun,
    check_cell,
    checks,
    pair,
    parametrize_with_checks,
)

__all__ = ["ContractFailed", "NotRun", "check_cell", "checks", "pair", "parametrize_with_checks"]
