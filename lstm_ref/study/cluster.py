"""Trials on the workers of a Dask cluster, results into the storage.

Only the client writes to the storage; a worker needs lstm_ref and nothing else. Dask gives the
trials of a worker that is lost to another one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lstm_ref import __version__
from lstm_ref.optional import needs
from lstm_ref.study import estimate, space, trial
from lstm_ref.study.space import Key
from lstm_ref.study.storage import Studies

with needs(__name__):
    import dask
    import distributed

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
DEATHS = 3  # workers that one trial may take with it, before it is left out


@contextmanager
def connected(address: str | None, workers: int) -> Iterator[distributed.Client]:
    """A client of the scheduler at this address; for None of a cluster on this machine.

    There each worker is a process with one thread, for products of matrices too. Raises OSError
    if there is no scheduler.
    """
    if address is not None:
        with distributed.Client(address, timeout=20) as client:
            yield client
        return
    spawned = {"distributed.nanny.pre-spawn-environ": dict.fromkeys(THREADS, 1)}
    with dask.config.set({"distributed.scheduler.allowed-failures": DEATHS, **spawned}):
        with (
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client


def run(
    studies: Studies,
    most: int,
    client: distributed.Client,
    everything: bool = False,
    compiled: bool = True,
    say: Callable[[str], object] = lambda text: None,
) -> list[Key]:
    """Run what is missing of `most` trials of each study; returns those that were left out.

    everything: see `Studies.coming`. compiled: native code where it can be had. say: is told how
    far it is after each trial. Raises what a trial raises: a wrong name, another version of
    lstm_ref on the worker.
    """
    coming = studies.coming(most, everything)
    left_out: list[Key] = []
    told = Told(studies, most)
    results = distributed.as_completed()
    ahead = 1 + sum(client.nthreads().values())
    running: dict[Any, Key] = {}
    while True:
        while len(running) < ahead and (key := next(coming, None)) is not None:
            future = _submitted(client, key, studies.rules, compiled)
            running[future] = key
            results.add(future)
        if not running:
            return left_out
        future = next(results)
        key = running.pop(future)
        try:
            found = future.result()
        except distributed.scheduler.KilledWorker:
            left_out.append(key)
            continue
        studies.tell(key, found)
        say(told.add(key, found))


def _submitted(client, key, rules, compiled):
    name = f"{key.task}-{key.cell}-{key.number}-{time.time_ns()}"  # no result of an earlier run
    return client.submit(_trial, __version__, *key, rules, compiled, key=name, pure=False)


def _trial(version, task, cell, number, rules, compiled):
    """On the worker."""
    if version != __version__:
        raise RuntimeError(f"a worker has lstm_ref {__version__}, the client {version}")
    return trial.run(task, cell, number, rules, compiled)


class Told:
    """How far a run is."""

    def __init__(self, studies: Studies, most: int) -> None:
        self._start = time.monotonic()
        self._costs: list[tuple[float, float]] = []
        before = studies.told(most)
        names = [Key(*name, number) for name in studies.names for number in range(most)]
        self._open = {key: _work(studies.rules, key) for key in names if key not in before}
        self._all = len(names)

    def add(self, key: Key, found: dict[str, Any]) -> str:
        """One more: what to say."""
        self._costs.append((self._open.pop(key, 0.0) or 1.0, found["seconds"]))
        elapsed = time.monotonic() - self._start
        span = estimate.left(elapsed, self._costs, [*self._open.values()])
        least, most = map(estimate.words, span or (0, 0))
        then = f"{least} to {most} left" if span else f"an estimate after {estimate.FEWEST}"
        return (
            f"{self._all - len(self._open)} of {self._all} trials, {then}; "
            f"{key.task}/{key.cell} {key.number}: {found['valid']:.4g}, {found['ended']}"
        )


def _work(rules, key):
    return estimate.work(space.settings(rules["seed"], *key)["size"])
