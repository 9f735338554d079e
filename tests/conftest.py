"""Random tests draw the same examples on every machine and have no stop-watch."""

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


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
