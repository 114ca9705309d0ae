"""The errors framewatt raises on purpose: each message says what is wrong, where, and what to do."""

from __future__ import annotations

import errno

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FramewattError(Exception):
    """Base of every error meant for a person; the command line prints it as one line and exits with 2."""


class BadInput(FramewattError):  # noqa: N818 - reads as what it is: the user's input is bad
    """What the user handed over cannot be used: a file, a name, an option, a unit."""


class EnvironmentFailed(FramewattError):  # noqa: N818 - names an outcome
    """A framework's environment could not be resolved, downloaded or built."""


class Inapplicable(FramewattError):  # noqa: N818 - names an outcome
    """A candidate cannot do this work at all (operator, format, device, compiler): an answer, not a fault."""


class TrialFailed(FramewattError):  # noqa: N818 - names an outcome
    """A worker crashed, hung, ran out of memory or answered with an error."""


class TrialStopped(TrialFailed):
    """A worker was stopped from outside: by the clock, or for want of memory. Another try may go well."""


class StoreError(FramewattError):
    """A run folder is missing, locked, truncated, of a newer schema, or could not be written."""


class GridUnavailable(FramewattError):  # noqa: N818 - names an outcome
    """A live source of carbon intensity did not answer with a usable figure; what is measured stays."""


def reason_of(error: OSError) -> str:
    """What the system refused, and where, in one line; a full disk comes with what to do."""
    what = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    remedy = "; free some space, then try again" if error.errno in _DISK_FULL else ""
    return f"{where}{what}{remedy}"
