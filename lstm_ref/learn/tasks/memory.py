"""Tasks that ask how much is kept, and for how long: copying, and recall from slots."""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target


def copy(
    rng: np.random.Generator, T: int, B: int, items: int = 5, symbols: int = 8
) -> tuple[Array, Target, Mask]:
    """Keep some symbols, wait, and say them in the same order.

    items: how many; symbols: how many different ones. Returns x (T, symbols + 2, B), one-hot:
    symbols, blank, go; target (T, B), mask (T, B), True at the last `items` steps.
    Example, T = 10, items = 3:

        input     c  a  c  -  -  -  -  go -  -
        target                         c  a  c

    Every item waits T - items steps. T: at least 2 items. Chance: one in `symbols`.
    Source: after Arjovsky, Shah & Bengio 2016, the copying memory problem.
    """
    common.whole("symbols", symbols, 2)
    common.enter(rng, T, B, 2 * common.whole("items", items, 1))
    chosen = rng.integers(0, symbols, (items, B))
    words = np.full((T, B), symbols)
    words[:items], words[T - items] = chosen, symbols + 1
    target = np.zeros((T, B), int)
    target[-items:] = chosen
    mask = np.zeros((T, B), bool)
    mask[-items:] = True
    return common.one_hot(words, symbols + 2), target, mask


def recall(
    rng: np.random.Generator, T: int, B: int, items: int = 4, slots: int | None = None
) -> tuple[Array, Target, Mask]:
    """Bits are put into named slots; after noise every slot is asked for, in any order.

    items: how many slots are used, chosen among `slots` (None: as many as items). Returns
    x (T, slots + 2, B): the slot, one-hot; the bit as -1 or 1; 1 where a slot is asked for.
    target (T, B), 0 or 1, mask (T, B), True at the last `items` steps. In between, the line of the
    bits carries random ones, without a slot. Example, T = 8, items = 2:

        slot      B  A  -  -  -  -  A  B
        bit       1 -1 -1  1  1 -1  0  0
        asked     0  0  0  0  0  0  1  1
        target                      0  1

    T: at least 2 items. Chance: one half. Source: made for this book.
    """
    items = common.whole("items", items, 1)
    slots = items if slots is None else common.whole("slots", slots, 1)
    if slots < items:
        raise ValueError(f"slots: expected at least items = {items}, got {slots}")
    common.enter(rng, T, B, 2 * items)
    used = rng.permuted(np.tile(np.arange(slots)[:, None], B), axis=0)[:items]
    asked = rng.permuted(used, axis=0)
    bits = rng.integers(0, 2, (slots, B))
    slot = np.full((T, B), -1)
    slot[:items], slot[T - items :] = used, asked
    line = 2 * rng.integers(0, 2, (T, B)) - 1
    line[:items] = 2 * np.take_along_axis(bits, used, axis=0) - 1
    line[T - items :] = 0
    mask = np.zeros((T, B), bool)
    mask[T - items :] = True
    target = np.zeros((T, B), int)
    target[T - items :] = np.take_along_axis(bits, asked, axis=0)
    rows = [common.one_hot(slot, slots), line[:, None], mask[:, None]]
    return np.concatenate(rows, axis=1).astype(float), target, mask
