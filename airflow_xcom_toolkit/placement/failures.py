"""What a store's failure means: whether it may pass, and which of the toolkit's errors it is.

What a store's library raises is told by the name of its module and by the HTTP status it carries, to import none of
them. adlfs wraps what fails an upload in a `RuntimeError`; gcsfs makes a 403 a plain `OSError`.
"""

from __future__ import annotations

import asyncio
import errno
from dataclasses import dataclass
from typing import Literal

from ..errors import AccessDeniedError, ObjectMissingError, StorageError

_FINAL_ERRNO = frozenset({errno.ENOSPC, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EDQUOT})
_FINAL = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError, NotImplementedError, ValueError)

_STORE_LIBRARIES = frozenset(
    {"botocore", "aiobotocore", "aiohttp", "gcsfs", "google", "azure", "requests", "urllib3", "fsspec"}
)
_PASSING_STATUS = frozenset({408, 409, 425, 429})
_LOST_UPLOAD = frozenset({400, 404, 410, 412, 416})
"""What stores answer to a piece that they have already, or of an upload that they know nothing of any more."""


@dataclass(frozen=True, eq=False, repr=False)
class Doing:
    """What is done to which object."""

    verb: Literal["write", "read", "delete"]
    target: str

    def __str__(self) -> str:
        return f"{self.verb} the object {self.target}"

    def may_pass(self, error: Exception) -> bool:
        """Whether trying again may help. A write starts anew, which helps where the store has lost the upload."""
        return passing(error) or (self.verb == "write" and _lost_upload(error))

    def failed(self, error: Exception) -> StorageError:
        """The error to raise for ``error``."""
        if isinstance(error, FileNotFoundError) and self.verb != "write":
            return ObjectMissingError(
                f"Could not {self}: there is no such object. It was deleted, by a lifecycle rule or by hand, or the "
                "store's path now points elsewhere; run the task again that wrote it, or copy what was below the old "
                "path to the new one."
            )
        if denied(error):
            return AccessDeniedError(f"Could not {self}: the store refuses it. {self._advice} It said: {error}")
        return StorageError(f"Could not {self}: {type(error).__name__}: {error}")

    @property
    def _advice(self) -> str:
        if self.verb == "read":
            return (
                "Either the object is missing, which S3 and GCS tell only to those who may list the bucket, or the "
                "credentials may not get it. Look whether it is there; if not, run the task again that wrote it."
            )
        right = "put" if self.verb == "write" else "delete"
        return f"The credentials need the right to {right} objects below the store's path."


def passing(error: Exception) -> bool:
    """Whether trying again may help."""
    if isinstance(error, _FINAL) or getattr(error, "errno", None) in _FINAL_ERRNO or denied(error):
        return False
    status = _status(error)
    if status is not None and 400 <= status < 500 and status not in _PASSING_STATUS:
        return False
    if isinstance(error, (OSError, asyncio.TimeoutError)):
        return True
    wrapped = _wrapped(error)
    return passing(wrapped) if wrapped else type(error).__module__.partition(".")[0] in _STORE_LIBRARIES


def denied(error: Exception) -> bool:
    """Whether a store understood who asks, and refused."""
    wrapped = _wrapped(error)
    if wrapped is not None:
        return denied(wrapped)
    forbidden = type(error) is OSError and str(error).startswith("Forbidden: ")
    return isinstance(error, PermissionError) or forbidden or _status(error) == 403


def _lost_upload(error: Exception) -> bool:
    return isinstance(error, FileNotFoundError) or _status(_wrapped(error) or error) in _LOST_UPLOAD


def _status(error: Exception) -> int | None:
    """The HTTP status that an error of a store's library carries, by the name that this library has for it."""
    for name in ("status_code", "code", "status"):
        found = getattr(error, name, None)
        if isinstance(found, int) or (isinstance(found, str) and found.isdecimal()):
            return int(found)
    return None


def _wrapped(error: Exception) -> Exception | None:
    cause = error.__cause__
    return cause if type(error) is RuntimeError and isinstance(cause, Exception) else None
