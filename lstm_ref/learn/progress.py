"""A progress bar, by tqdm where it is installed; without it, or unasked, nothing is shown."""

from typing import Any


class Silent:
    """A bar that shows nothing."""

    def update(self, n: int = 1) -> None:
        """n more updates are done."""

    def set_postfix_str(self, text: str, refresh: bool = True) -> None:
        """Say something behind the bar."""

    def close(self) -> None:
        """The work has ended."""


def bar(show: bool, total: int, done: int = 0, label: str = "") -> Any:
    """A bar for `total` updates of which `done` are done; its methods are those of `Silent`."""
    if not show:
        return Silent()
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return Silent()
    return tqdm(total=total, initial=done, desc=label, unit="update", leave=False)
