"""How tests are spread over processes: what stays together, and what starts first.

xdist's own groups are marks that it writes into the names of tests, which pytest 9.2 no longer
lets it do; so the groups are taken from the names here.
"""

from collections import Counter

try:
    from xdist.scheduler import LoadScopeScheduling
except ModuleNotFoundError:  # the environment of PyTorch lacks it and runs one process
    LoadScopeScheduling = object

PIECE = 40  # tests of a file that go to one process together; small, so that none ends much later


class Pieces(LoadScopeScheduling):
    """A notebook goes to one process as a whole, so does each page of the site; a file in pieces.

    Pieces start in the order of the tests.
    """

    def __init__(self, config, log=None):
        super().__init__(config, log)
        self._pieces, self._seen = {}, Counter()

    def _split_scope(self, nodeid):
        if nodeid not in self._pieces:
            self._pieces[nodeid] = self._piece(nodeid)
        return self._pieces[nodeid]

    def _piece(self, nodeid):
        file, _, test = nodeid.partition("::")
        if file.endswith(".ipynb"):
            return file
        if file.startswith("tests/site/"):  # test_links, test_fits_a_phone[notebooks/01_rnn]
            return f"site {test.partition('[')[2] or test}"
        self._seen[file] += 1
        return f"{file} {(self._seen[file] - 1) // PIECE}"


def notebooks_first(items):
    """The tests with those of notebooks at the head, the longest notebook first."""
    notebooks = [item for item in items if item.path.suffix == ".ipynb"]
    if not notebooks:
        return items
    from run_notebooks import longest_first

    place = {path: k for k, path in enumerate(longest_first({i.path for i in notebooks}))}
    notebooks.sort(key=lambda item: place[item.path])
    return notebooks + [item for item in items if item.path.suffix != ".ipynb"]
