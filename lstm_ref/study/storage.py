"""Trials kept by Optuna: a study for each task and cell, "digits/VANILLA", in one storage.

A file is a database of SQLite, others by URL (postgresql://..., mysql://...): the same tables and
the same code. A trial is written in one transaction after another, so that whoever is killed
leaves whole rows; Optuna's other storage in a file, a journal, is read through from its start.

A trial is first taken, with the name of the process that took it (`io.process.identity`), and is
told when its result is there. Its settings are a function of its number. So a trial whose process
has died is run again with the same result, and is counted once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lstm_ref.io import process
from lstm_ref.optional import needs
from lstm_ref.study import space
from lstm_ref.study.space import Key
from lstm_ref.study.stored import Stored

with needs(__name__):
    import optuna
    import sqlalchemy  # which Optuna brings
    from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
    from optuna.trial import FrozenTrial

SECONDS = 60  # that SQLite waits for another process
ALL = 2**31  # more trials than any study has
RESULT = "result"  # what a trial gave beside its settings and its value, in one transaction


class StudyError(ValueError):
    """The storage cannot be opened, or holds another study than the one that is asked for."""


def distributions() -> dict[str, BaseDistribution]:
    """The ranges of `space`, as Optuna has them."""
    return {
        name: (IntDistribution if isinstance(high, int) else FloatDistribution)(low, high, log=log)
        for name, (low, high, log) in space.RANGES.items()
    }


class ByNumber(optuna.samplers.RandomSampler):
    """Optuna's random sampler, but each trial draws from a generator of its own: see `space`."""

    def __init__(self, seed: int, task: str, cell: str) -> None:
        super().__init__(seed)
        self._name = (seed, task, cell)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """The setting of this name of this trial."""
        return space.settings(*self._name, trial.number)[param_name]


def opened(where: str) -> optuna.storages.RDBStorage:
    """The storage: a file, which is made where it is missing, or a URL.

    Raises StudyError for a file that is something else, a server that does not answer, a driver
    that is not installed; FileNotFoundError for a folder that is missing.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    url, options = where, {}
    if "://" not in where:
        path = Path(where)
        if not path.parent.is_dir():
            raise FileNotFoundError(f"no folder {path.parent}")
        url, options = f"sqlite:///{path.resolve()}", {"connect_args": {"timeout": SECONDS}}
    try:
        return optuna.storages.RDBStorage(url, engine_kwargs=options)
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise StudyError(f"the storage cannot be opened: {told[0]:.300}") from None


class Studies:
    """The studies of some tasks and cells in one storage.

    rules: what all their trials have in common, the seed among it. Raises StudyError where the
    storage has a study of that name with other rules.
    """

    def __init__(
        self,
        storage: optuna.storages.BaseStorage,
        tasks: Iterable[str],
        cells: Iterable[str],
        rules: dict[str, int],
    ) -> None:
        self.rules = rules
        self._own = process.identity()
        names = [(task, cell) for task in tasks for cell in cells]
        self._studies = {name: _study(storage, *name, rules) for name in names}

    @property
    def names(self) -> list[tuple[str, str]]:
        """(task, cell) of each study."""
        return [*self._studies]

    def trials(self, most: int) -> dict[Key, FrozenTrial]:
        """Those with numbers below `most` that are taken or told."""
        return {
            Key(*name, trial.number): trial
            for name, study in self._studies.items()
            for trial in study.get_trials(deepcopy=False)
            if trial.number < most
        }

    def told(self, most: int) -> dict[Key, dict[str, Any]]:
        """The results of those with numbers below `most`, as `trial.run` gave them."""
        found = self.trials(most).items()
        return {key: result(trial) for key, trial in found if trial.state.is_finished()}

    def coming(self, most: int, everything: bool = False) -> Iterator[Key]:
        """Take one trial after another, until each study has `most`.

        First those whose process has died. everything: also those of processes of which nobody
        here can say whether they live, on other machines. Then new ones, the same number of all
        studies before the next.
        """
        for key, trial in self.trials(most).items():
            owner = trial.user_attrs.get("owner", "")
            lost = not owner or process.dead(owner) or (everything and not self._here(owner))
            if not trial.state.is_finished() and lost:
                self._trial(key).set_user_attr("owner", self._own)
                yield key
        begun = {name: len(study.get_trials()) for name, study in self._studies.items()}
        while (least := min(begun, key=lambda name: begun[name])) and begun[least] < most:
            trial = self._studies[least].ask(distributions())
            begun[least] = trial.number + 1
            free = trial.number >= most  # another client was faster: left to who wants more
            trial.set_user_attr("owner", "" if free else self._own)
            if not free:
                yield Key(*least, trial.number)

    def tell(self, key: Key, found: dict[str, Any]) -> None:
        """Store a result. One that is there already, of another client, stays: it is the same."""
        study, trial = self._studies[key.task, key.cell], self._trial(key)
        try:
            others = {name: found[name] for name in found if name not in ("settings", "valid")}
            trial.set_user_attr(RESULT, others)
            for name, distribution in distributions().items():  # who took it may have been killed
                trial._suggest(name, distribution)
            study.tell(key.number, found["valid"], skip_if_finished=True)
        except optuna.exceptions.UpdateFinishedTrialError:
            pass

    def held(self, most: int) -> dict[Key, str]:
        """Trials that are not told -> by which process they are held, in words."""
        return {
            key: process.described(trial.user_attrs.get("owner", ""))
            for key, trial in self.trials(most).items()
            if not trial.state.is_finished()
        }

    def _trial(self, key):
        study = self._studies[key.task, key.cell]
        (found,) = (t for t in study.get_trials(deepcopy=False) if t.number == key.number)
        return optuna.Trial(study, found._trial_id)

    def _here(self, owner):
        return owner.split("-")[0] == self._own.split("-")[0]


def result(trial: FrozenTrial) -> dict[str, Any]:
    """What `trial.run` gave, from a trial that is told."""
    return {"settings": trial.params, "valid": trial.value, **trial.user_attrs[RESULT]}


def everything(storages: Iterable[optuna.storages.BaseStorage]) -> Stored:
    """All trials that are told in some storages, with the rules that each keeps.

    Raises StudyError where one study is in two of them, or a task has other rules in another cell.
    """
    found = Stored({}, {})
    for storage in storages:
        for about in optuna.get_all_study_summaries(storage, include_best_trial=False):
            name, rules = about.study_name, about.user_attrs.get("rules")
            task, _, cell = name.partition("/")
            if rules is None or not cell:
                raise StudyError(f"{name!r:.80} is no study of lstm_ref")
            if any(key[:2] == (task, cell) for key in found.told):
                raise StudyError(f"{name} is in two storages")
            if found.rules.setdefault(task, rules) != rules:
                raise StudyError(f"{name} has other rules than the cells before it")
            found.told.update(Studies(storage, [task], [cell], rules).told(ALL))
    return found


def _study(storage, task, cell, rules):
    """The study of this name, made if it is not there."""
    study = optuna.create_study(
        storage=storage,
        sampler=ByNumber(rules["seed"], task, cell),
        study_name=f"{task}/{cell}",
        load_if_exists=True,
    )
    if "rules" not in study.user_attrs:
        study.set_user_attr("rules", rules)
    elif study.user_attrs["rules"] != rules:
        there = ", ".join(f"{name} {value}" for name, value in study.user_attrs["rules"].items())
        raise StudyError(f"{study.study_name} is stored with {there}; go on with these")
    return study
