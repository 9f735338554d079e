"""A progress bar, by tqdm where it is installed; without it, or unasked, nothing is shown."""


class Silent:
    """A bar that shows nothing."""

    def update(self, n=1):
        """n more updates are done."""

    def set_postfix_str(self, text, refresh=True):
        """Say something behind the bar."""

    def close(self):
        """The work has ended."""


def bar(show, total, done=0, label=""):
    """A bar for `total` updates of which `done` are done; its methods are those of `Silent`."""
    if not show:
        return Silent()
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return Silent()
    return tqdm(total=total, initial=done, desc=label, unit="update", leave=False)
