"""Random tests draw the same examples on every machine and have no stop-watch.

With `pytest -n 2 --dist loadgroup --no-loadscope-reorder`: what stays in one process, what starts.
"""

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")

PIECE = 40  # tests of a file that go to one process together; small, so that none ends much later


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config, items):
    """Notebooks first, each as a whole, the longest at the head; then the files, in pieces."""
    if not getattr(config.option, "loadgroup", False):
        return
    notebooks = [item for item in items if item.path.suffix == ".ipynb"]
    if notebooks:
        from run_notebooks import longest_first

        place = {path: k for k, path in enumerate(longest_first({i.path for i in notebooks}))}
        notebooks.sort(key=lambda item: place[item.path])
    items[:] = notebooks + [item for item in items if item.path.suffix != ".ipynb"]
    seen = {}
    for item in items:
        number = seen[item.path] = seen.get(item.path, -1) + 1
        piece = 0 if item.path.suffix == ".ipynb" else number // PIECE
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(
                pytest.mark.xdist_group(f"{item.path.parent.name}-{item.path.stem}-{piece}")
            )


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
