"""A clock that jumps an hour whenever somebody looks at it, as on a machine that stood still."""

import contextlib
import itertools
import time

CLOCKS = ("time", "monotonic", "perf_counter", "process_time", "thread_time")


@contextlib.contextmanager
def under_a_jumping_clock(monkeypatch):
    """Within it every clock of the module `time` jumps an hour a call; the list of calls made."""
    calls, hours = [], itertools.count(1)

    def jumping(name):
        def clock():
            calls.append(name)
            return 3600.0 * next(hours)

        return clock

    with monkeypatch.context() as patch:
        for name in CLOCKS:
            patch.setattr(time, name, jumping(name))
        for name in CLOCKS:
            patch.setattr(time, f"{name}_ns", lambda: int(3.6e12) * next(hours))
        yield calls
