"""Which mistake is this? Somebody's numbers against the golden vectors: `diagnose`."""


def __getattr__(name):
    """The function `diagnose`, loaded on first use: the command line needs its parser alone."""
    if name != "diagnose":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lstm_ref.diagnose.diagnosis import diagnose

    return diagnose
