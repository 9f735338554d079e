"""How close is equal: the precision in which all numbers are stored, not that of one array."""

import numpy as np
from diagnosed import asked, gradients_of


def test_one_array_in_single_precision_does_not_excuse_the_others():
    right = gradients_of("LSTM")
    mixed = {**right, "dW_fx": right["dW_fx"].astype(np.float32)}
    assert asked(mixed).ok and asked(mixed).tolerance == 1e-6
    report = asked({**mixed, "db_f": right["db_f"] * (1 + 5e-5)})
    assert not report.ok and list(report.differs) == ["db_f"] and report.tolerance == 1e-6
