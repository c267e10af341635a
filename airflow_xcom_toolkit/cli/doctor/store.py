"""The check ``store``: put, get and delete below the path, by the way that values take; and further stores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from ...abc import Reference
from ...errors import AccessDeniedError, ObjectMissingError, XComToolkitError
from ...placement import DEFAULT_STORE
from .. import words
from .finding import Finding, failed, first_line, named, ok, skipped, warning
from .here import Here
from .versions import PACKAGE, SCHEMES

SIZE = 4096
RIGHTS = "docs/how-to/remote-agents.md#give-the-agents-the-store"
_NO_BUCKET = ("nosuchbucket", "bucket does not exist", "containernotfound", "container does not exist")


def check(here: Here) -> Iterator[Finding]:
    if here.settings.path:
        yield from _default(here)
    else:
        yield skipped("There is no path: every value stays in its row.")
    for name in here.settings.stores:
        yield _further(here, name)


def _default(here: Here) -> Iterator[Finding]:
    placement, data = _placement(here), os.urandom(SIZE)
    try:
        here.space.clear_folders(opened(here.settings.path))
        start = perf_counter()
        reference = placement.store(here.space.at("store"), ".bin", lambda sink: sink.write(data), hashed=True)
    except Exception as e:
        yield _failure("put", here.settings.path, e)
        return
    put = perf_counter() - start
    where = f"the object {reference.key!r} in the store {reference.store!r}"
    here.space.keep(where, lambda: placement.discard(reference))
    yield ok(f"put: {reference.size:,} bytes in {words.seconds(put)}.", seconds=put, bytes=reference.size)
    yield _get(placement, reference, data, here.settings.path)
    yield from _delete(here, placement, reference, where)


def _placement(here: Here) -> Any:
    """That of the backend, where it has one of its own; it has no store where no value leaves its row."""
    return here.pipeline.placement if here.settings.threshold >= 0 and here.can_offload else here.settings.placement()


def opened(url: str) -> Any:
    """A path of Airflow's, with its file system."""
    from airflow.sdk import ObjectStoragePath

    return ObjectStoragePath(url)


def _get(placement: Any, reference: Reference, data: bytes, url: str) -> Finding:
    start = perf_counter()
    try:
        reader = placement.fetch(reference)
        found = reader.read()
        reader.verify()
    except Exception as e:
        return _failure("get", url, e)
    if found != data:
        return failed("get: other bytes came back than were put.", "Look for a proxy that changes what it passes on.")
    taken = perf_counter() - start
    return ok(f"get: the same bytes in {words.seconds(taken)}, size and hash verified.", seconds=taken)


def _delete(here: Here, placement: Any, reference: Reference, where: str) -> Iterator[Finding]:
    start = perf_counter()
    try:
        here.space.drop(where)
    except Exception as e:
        yield _failure("delete", here.settings.path, e)
        return
    taken = perf_counter() - start
    yield ok(f"delete: in {words.seconds(taken)}.", seconds=taken)
    yield _gone(placement, reference)


def _gone(placement: Any, reference: Reference) -> Finding:
    try:
        placement.fetch(reference).read()
    except ObjectMissingError:
        return ok("Put, get and delete were enough; an object that is gone is told as missing.")
    except AccessDeniedError:
        return ok(
            "Put, get and delete were enough. Without the right to list, the store says 'denied' for an object that is "
            "gone: a pull of a lost object is then an AccessDeniedError.",
            missing_is_denied=True,
        )
    except Exception as e:
        return warning(
            f"What is asked for an object that is gone: {_told(e)}", "Look at the store's own log: it should say 404."
        )
    return warning(
        "The object can still be read after it was deleted.",
        "Does the store keep versions, or a proxy a cache? Values that are purged should be gone.",
    )


def _failure(right: str, url: str, error: Exception) -> Finding:
    if isinstance(error, AccessDeniedError):
        return failed(
            f"{right}: {_told(error)}",
            f"Give the identity of this process the right to {right} objects below {url}, and of the encryption key if "
            f"the bucket has one of its own. The policies: {RIGHTS}",
            right=right,
        )
    return failed(f"{right}: {_told(error)}", _remedy(url, error), right=right)


def _remedy(url: str, error: Exception) -> str:
    scheme = urlsplit(url).scheme
    if isinstance(error, ImportError) or "nsupported filesystem" in str(error) or "No filesystem" in str(error):
        extra = SCHEMES.get(scheme)
        return (
            f"pip install '{PACKAGE}[{extra}]'" if extra else f"Airflow knows no scheme {scheme!r}; look at the path."
        )
    if _names_no_bucket(error):
        return f"Make the bucket or container, or correct its name: {url}. The toolkit makes none."
    if scheme in ("", "file", "local"):
        return f"The user that runs tasks has to be able to write below {url}, and the disk to have space."
    return f"Look at the endpoint and region of the connection, at the network, and at the name of the bucket: {url}"


def _told(error: Exception) -> str:
    """Of the toolkit's own errors, which quote no secret, what they say."""
    says = isinstance(error, (XComToolkitError, ImportError, ValueError))
    return f"{type(error).__name__}: {first_line(error)}" if says else f"{named(error)}."


def _names_no_bucket(error: BaseException | None) -> bool:
    while error is not None:
        if any(words in str(error).lower() for words in _NO_BUCKET):
            return True
        error = error.__cause__
    return False


def _further(here: Here, name: str) -> Finding:
    """A store that is only read from: an object that is not there is asked for."""
    if not here.settings.stores[name] or name == DEFAULT_STORE:
        return skipped(f"The store {name!r} has no path.")
    url = here.settings.stores[name]
    if urlsplit(url).scheme in ("", "file", "local"):
        return _local(name, url)
    missing = Reference(name, f"xcom_toolkit_doctor/{here.space.run}/missing", 1, None)
    try:
        here.settings.placement().fetch(missing).read()
    except ObjectMissingError as e:
        if _names_no_bucket(e):
            return failed(f"The store {name!r} does not exist: {_told(e)}", _remedy(url, e))
        return ok(f"The store {name!r} can be reached, and says what is missing.")
    except AccessDeniedError:
        return skipped(
            f"The store {name!r} says 'denied' for an object that does not exist. It does so where the right to list "
            "is missing, and where the right to get is: which one, only a pull shows."
        )
    except Exception as e:
        return failed(f"The store {name!r} cannot be read: {_told(e)}", _remedy(url, e))
    return ok(f"The store {name!r} can be read.")


def _local(name: str, url: str) -> Finding:
    folder = str(opened(url).path)
    if not os.path.isdir(folder):
        return failed(f"The store {name!r} is not here: there is no folder {folder}.", "Mount it, or correct its path.")
    if not os.access(folder, os.R_OK | os.X_OK):
        return failed(f"The store {name!r} cannot be read: {folder}.", "Let the user that runs tasks read it.")
    return ok(f"The store {name!r} is here.")
