"""The forest of a fANOVA, by scikit-learn: as that of Optuna's FanovaImportanceEvaluator."""

from __future__ import annotations

import numpy as np

from lstm_ref.optional import needs
from lstm_ref.study.fanova import Boxes
from lstm_ref.types import Array

with needs(__name__):
    from sklearn.ensemble import RandomForestRegressor

TREES = 64  # Optuna's number, and its depth
DEPTH = 64


def fit(x: Array, y: Array, seed: int) -> list[Boxes]:
    """Trees that predict y (n,) from settings x (n, d) in [0, 1]; each has drawn its own sample."""
    forest = RandomForestRegressor(n_estimators=TREES, max_depth=DEPTH, random_state=seed)
    forest.fit(x, y)
    return [_boxes(each.tree_, x.shape[1]) for each in forest.estimators_]


def _boxes(tree, d):
    """The leaves; a node comes before its children."""
    low, high = np.zeros((tree.node_count, d)), np.ones((tree.node_count, d))
    feature, threshold = tree.feature.tolist(), tree.threshold.tolist()
    lefts, rights = tree.children_left.tolist(), tree.children_right.tolist()
    for node, (left, right) in enumerate(zip(lefts, rights, strict=True)):
        if left < 0:
            continue
        low[left], high[left] = low[node], high[node]
        low[right], high[right] = low[node], high[node]
        high[left, feature[node]] = low[right, feature[node]] = threshold[node]
    leaves = tree.children_left < 0
    return Boxes(tree.value[leaves, 0, 0], low[leaves], high[leaves])
