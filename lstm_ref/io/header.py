"""What a file says of itself: JSON with its format and the format's version, and whatever else."""

import json
from typing import Any


def parse(text: str, name: str, error: type[Exception]) -> dict[str, Any]:
    """A JSON object; no key twice in it, and nested no deeper than Python's parser goes.

    name: of the text, for messages; error: the class of what is raised.
    """

    def once(pairs):
        found = {}
        for key, value in pairs:
            if key in found:
                raise error(f"key {key!r:.80} occurs twice")
            found[key] = value
        return found

    try:
        value = json.loads(text, object_pairs_hook=once)
    except RecursionError as problem:
        raise error(f"{name}: nested too deeply") from problem
    except error:
        raise
    except ValueError as problem:  # JSONDecodeError, or an integer of thousands of digits
        raise error(f"{name}: not JSON: {problem}") from problem
    if not isinstance(value, dict):
        raise error(f"{name}: expected a JSON object, got {type(value).__name__}")
    return value


def check(said: dict[str, Any], format: str, version: int, error: type[Exception]) -> None:
    """Refuse what says that it is of another format, or of another version of this one."""
    if said.get("format") != format:
        raise error(f'expected format "{format}", got {said.get("format")!r:.40}')
    found = said.get("version")
    if type(found) is not int or found != version:
        newer = "; a newer lstm_ref reads it" if type(found) is int and found > version else ""
        raise error(f"expected version {version}, got {found!r:.40}{newer}")
