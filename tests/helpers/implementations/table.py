"""Many files, their answers judged and counted."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from . import case, judge, stored

COUNTS = (1, 2, 0, 3, 1, 4, 1, 2, 1, 3, 1, 4, 2, 1, 0, 3, 1, 4, 2, 1)  # mistakes, file by file
OLD = ", old sizes"  # D < T B: the error terms cannot be recovered from the gradients
KINDS = (*stored.KINDS, *(f"{kind}{OLD}" for kind in stored.KINDS))
WORDS = (judge.EXACT, judge.LOCATED, judge.UNKNOWN, judge.FALSE)


@dataclass
class Table:
    """words: (number of mistakes, what is stored) -> how often each word; single: family of an only
    mistake -> the same; faults: what is false; missed: what is neither exact nor false; work:
    pairs as of words -> the most that was tried for one file.
    """

    words: dict = field(default_factory=dict)
    single: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    missed: list = field(default_factory=list)
    work: dict = field(default_factory=dict)

    def add(self, number, made, word, reason, work):
        key = len(made.edits), made.kind + OLD * (made.sizes == case.OLD)
        self.words.setdefault(key, Counter())[word] += 1
        self.work[key] = max(self.work.get(key, 0), work)
        if len(made.edits) == 1 and made.kind in ("gradients", "everything"):
            family = made.edits[0].place[0]
            self.single.setdefault(family, Counter())[word] += 1
        told = number, f"{made.cell}, {key[1]}", made.record()["answer"], reason
        if word != judge.EXACT:
            (self.faults if word == judge.FALSE else self.missed).append(told)

    def join(self, other):
        """Add what another table has counted."""
        for mine, theirs in ((self.words, other.words), (self.single, other.single)):
            for key, words in theirs.items():
                mine.setdefault(key, Counter()).update(words)
        for key, work in other.work.items():
            self.work[key] = max(self.work.get(key, 0), work)
        self.faults += other.faults
        self.missed += other.missed

    def record(self):
        """As plain data, for a page: a list of rows, and how much is false."""
        rows = [
            {"mistakes": n, "stored": kind, "files": sum(words.values()), **words}
            for (n, kind), words in sorted(self.words.items())
        ]
        return {"rows": rows, "false": len(self.faults)}

    def share(self, word, counts=range(5), kinds=KINDS):
        """Share of the files with so many mistakes and so much stored, 0 to 1."""
        chosen = [c for (n, kind), c in self.words.items() if n in counts and kind in kinds]
        total = sum(sum(c.values()) for c in chosen)
        return sum(c[word] for c in chosen) / total if total else 0.0

    def lines(self):
        """As text: a line for each number of mistakes and each kind of file."""
        head = ("mistakes", "stored", "files", *WORDS, "tried")
        rows = [head]
        for kind in KINDS:
            for n in range(5):
                words = self.words.get((n, kind))
                if words:
                    files = sum(words.values())
                    shares = [f"{words[w] / files:.1%}" for w in WORDS]
                    rows.append((str(n), kind, str(files), *shares, str(self.work[n, kind])))
        for row in rows:
            yield f"{row[0]:>8}  {row[1]:<24}" + "".join(f"{word:>10}" for word in row[2:])

    def families(self):
        """As text: a line for each family of only mistakes, all gradients stored."""
        for family, words in sorted(self.single.items()):
            files = sum(words.values())
            shares = "".join(f"{words[w] / files:>10.1%}" for w in WORDS)
            yield f"{family:<12}{files:>8}{shares}"


def numbered(seed, number, **chosen):
    """File number so-and-so of a seed: always the same."""
    rng = np.random.default_rng([seed, number])
    count = COUNTS[number % len(COUNTS)]
    for _ in range(20):
        try:
            return case.make(rng, count, **chosen)
        except ValueError:  # a small cell has not so many that show
            continue
    raise ValueError(f"file {number} of seed {seed}: no {count} mistakes")


def judged(ask, seed, numbers, **chosen):
    """The table of these files. ask: function(case) -> `judge.Answer`."""
    table = Table()
    for number in numbers:
        made = numbered(seed, number, **chosen)
        try:
            answer = ask(made)
            table.add(number, made, *judge.judge(made, answer), answer.work)
        except Exception as error:  # whoever raises has not answered
            table.add(number, made, judge.FALSE, f"raises {error!r:.200}", 0)
    return table
