"""Names and layouts of public code are read, all arrays and none as anything else."""

import numpy as np
import pytest
from public_names import PUBLIC

from lstm_ref.derive import catalogue
from lstm_ref.diagnose.comparison import Comparison
from lstm_ref.diagnose.reading.infer import sizes_of
from lstm_ref.interop import vectors
from lstm_ref.sizes import FORMERLY, VECTORS


@pytest.mark.parametrize(
    ("name", "arrays"), [(n, f) for n, _, f in PUBLIC], ids=[p[1] for p in PUBLIC]
)
def test_public_names(name, arrays):
    cell = catalogue.declared(name)
    for sizes in (VECTORS, FORMERLY):
        header, right = vectors.make(cell, **sizes)
        mine = arrays(right)
        found = Comparison(mine, cell, header, right)
        report = found.verdict()
        assert report is not None and report.verdict == "agrees", found.off(found.best)
        assert sizes_of(mine, cell, [VECTORS, FORMERLY])[0] == sizes
    # Each array is read as something: changed, it is seen.
    for key in mine:
        other = Comparison({**mine, key: np.asarray(mine[key]) * 1.5}, cell, header, right)
        verdict = other.verdict()
        assert verdict is None or not verdict.ok, key
