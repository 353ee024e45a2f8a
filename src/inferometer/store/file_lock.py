"""Locks on open files, which the system releases when their holder dies."""

from __future__ import annotations

import errno
import fcntl
from typing import Literal

LAST_BREATH_S = 5.0
"""How long the workers of a killed runner may hold inherited locks."""

NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
"""Errors of file systems without locks."""


def try_lock(file: int) -> Literal["ours", "taken", "no locks"]:
    """Lock an open file; False if somebody else has locked it. Raises OSError for any other
    reason.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "taken"
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        return "no locks"
    return "ours"
