"""Which failures of a store may pass, and what they are called: errors of each library, by name and status."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest

from airflow_xcom_toolkit.errors import AccessDeniedError, ObjectMissingError, StorageError
from airflow_xcom_toolkit.placement.failures import Doing, passing

READ, WRITE, DELETE = (Doing(verb, "'key' in store 'default'") for verb in ("read", "write", "delete"))


def of(library: str, **attributes: Any) -> Exception:
    """What a library raises that is not installed here."""
    error: Exception = type("Failed", (Exception,), {"__module__": f"{library}.exceptions"})("failed")
    vars(error).update(attributes)
    return error


def wrapped(cause: Exception) -> Exception:
    """As adlfs wraps what fails the upload of a block."""
    error = RuntimeError(f"Failed to upload block: {cause}!")
    error.__cause__ = cause
    return error


PASSING = {
    "a reset connection": ConnectionResetError(),
    "a busy S3": OSError(errno.EBUSY, "503 Slow Down"),
    "a time limit, of asyncio's own": asyncio.TimeoutError(),
    "botocore out of tries": of("botocore"),
    "a busy GCS": of("gcsfs", code=503),
    "a busy GCS, its status a text": of("gcsfs", code="429"),
    "a token server out of reach": of("google"),
    "a busy Azure": of("azure", status_code=503),
    "an Azure that throttles": of("azure", status_code=429),
    "an Azure that did not answer": of("azure", status_code=None),
    "a busy Azure amid an upload": wrapped(of("azure", status_code=503)),
    "a reset connection amid an upload": wrapped(ConnectionResetError()),
}
FINAL = {
    "a missing object": FileNotFoundError(),
    "a denial of S3": PermissionError(),
    "a denial of GCS": OSError("Forbidden: https://storage/b/o\nno storage.objects.get access"),
    "a denial of Azure": of("azure", status_code=403),
    "a denial of Azure amid an upload": wrapped(of("azure", status_code=403)),
    "unknown credentials": of("azure", status_code=401),
    "a malformed request": of("gcsfs", code=400),
    "a full disk": OSError(errno.ENOSPC, "No space left"),
    "an error of this program": RuntimeError(),
    "a wrapped error of this program": wrapped(KeyError("x")),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_failure_that_may_pass_is_told(name: str) -> None:
    """Whatever the library, and however it says so."""
    assert passing(PASSING[name])


@pytest.mark.parametrize("name", FINAL)
def test_a_failure_that_stays_is_told(name: str) -> None:
    """To try again would only take time."""
    assert not passing(FINAL[name])


@pytest.mark.parametrize("doing", [READ, WRITE, DELETE], ids=["read", "write", "delete"])
@pytest.mark.parametrize("name", [name for name in FINAL if "denial" in name])
def test_a_denial_has_a_name_of_its_own(name: str, doing: Doing) -> None:
    """That of the toolkit, and Python's."""
    error = doing.failed(FINAL[name])
    assert isinstance(error, AccessDeniedError)
    assert isinstance(error, PermissionError)
    assert "'key' in store 'default'" in str(error)


def test_a_read_that_is_denied_may_be_of_a_missing_object() -> None:
    """S3 and GCS do not tell those who may not list; the error says both."""
    message = str(READ.failed(PermissionError("Access Denied")))
    assert "missing" in message
    assert "may not get it" in message
    assert "Access Denied" in message


def test_a_write_without_a_bucket_is_no_missing_object() -> None:
    """Nothing that was there is gone."""
    error = WRITE.failed(FileNotFoundError("The specified bucket does not exist"))
    assert isinstance(error, StorageError)
    assert not isinstance(error, ObjectMissingError)
    assert "bucket does not exist" in str(error)


LOST = {
    "S3, or an emulator": FileNotFoundError("The specified upload does not exist"),
    "GCS, of a piece it has": of("gcsfs", code=400),
    "GCS, of a session that ended": of("gcsfs", code=410),
    "Azure, of blocks that are gone": wrapped(of("azure", status_code=400)),
}


@pytest.mark.parametrize("name", LOST)
def test_a_write_begins_anew_that_the_store_has_lost(name: str) -> None:
    """As when an answer was lost, and the store's library sends the same piece again."""
    assert WRITE.may_pass(LOST[name])
    assert not READ.may_pass(LOST[name])
    assert not DELETE.may_pass(LOST[name])
