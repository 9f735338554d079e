"""The random numbers of the figure `train`, and the package trained with them."""

import numpy as np

from lstm_ref.learn import network, tasks, train


class Numbers(np.random.Generator):
    """NumPy's interface to the stream of the page, `random.ts`: mulberry32."""

    def __init__(self, seed, k):
        super().__init__(np.random.PCG64(0))
        self.state = (seed * 0x9E3779B1 ^ (k + 1) * 0x85EBCA6B) & 0xFFFFFFFF

    def one(self):
        self.state = (self.state + 0x6D2B79F5) & 0xFFFFFFFF
        t = self.state
        t = ((t ^ t >> 15) * (1 | t)) & 0xFFFFFFFF
        t = ((t + (((t ^ t >> 7) * (61 | t)) & 0xFFFFFFFF)) & 0xFFFFFFFF) ^ t
        return (t ^ t >> 14) / 2**32

    def random(self, size):
        return np.array([self.one() for _ in range(int(np.prod(size)))]).reshape(size)

    def integers(self, low, high, size):
        return low + np.floor(self.random(size) * (high - low)).astype(int)

    def uniform(self, low, high, size):
        return low + (high - low) * self.random(size)


FIRST, ASKED = -2, -3


def by_the_package(cell, settings, updates, start=None, clip=1.0):
    """(losses, share of right answers before and after) of the package with the same numbers."""
    seed, distance = settings["seed"], settings["distance"]
    D, H, B, K, test = len(tasks.VOCABULARY), 16, 16, 4, 100
    words = tasks.country_language
    asked = words(Numbers(seed, ASKED), test, distance)
    theta = network.start(cell, Numbers(seed, FIRST), D, H, K, **(start or {}))
    before = network.accuracy(cell, theta, asked)
    batches = (words(Numbers(seed, k), B, distance) for k in range(updates))
    theta, losses = train.fit(cell, theta, batches, settings["rate"], clip)
    return losses, (before, network.accuracy(cell, theta, asked))
