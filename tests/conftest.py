"""Random tests draw the same examples on every machine and have no stop-watch."""

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


@pytest.hookimpl(optionalhook=True)  # of xdist, which the environment of PyTorch lacks
def pytest_xdist_make_scheduler(config, log):
    from spread import Pieces

    return Pieces(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    from spread import notebooks_first

    items[:] = notebooks_first(items)


@pytest.fixture
def book_style():
    """Figures in the style of the book, closed afterwards."""
    import matplotlib
    import matplotlib.pyplot as plt

    from lstm_ref.book import style

    with matplotlib.rc_context():
        style.use()
        yield
    plt.close("all")
