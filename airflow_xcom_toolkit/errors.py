"""One root, and one class for each thing that can go wrong.

A message says what happened, where, and what to do. No message carries a value, a key or a token.
"""

from __future__ import annotations


class XComToolkitError(Exception):
    """Anything the toolkit raises on purpose."""


class ConfigurationError(XComToolkitError):
    """An option has a value that cannot be used."""

    def __init__(self, option: str, problem: str) -> None:
        self.option = option
        super().__init__(f"[{option.partition('.')[0]}] {option.partition('.')[2]}: {problem}")


class MissingExtraError(XComToolkitError, ImportError):
    """A value needs a library that is not installed."""

    def __init__(self, what: str, library: str, extra: str) -> None:
        self.library = library
        self.extra = extra
        super().__init__(
            f"{what} needs {library}, which is not installed here. "
            f'Install it with: pip install "airflow-xcom-toolkit[{extra}]"'
        )


class UnsupportedTypeError(XComToolkitError, TypeError):
    """A value, or a part of one, that cannot be kept exactly; nothing was written."""

    def __init__(self, place: str, type_name: str, reason: str, xcom: str | None = None) -> None:
        self.place = place
        self.type_name = type_name
        self.reason = reason
        self.xcom = xcom
        where = f" of {xcom}" if xcom else ""
        super().__init__(f"{place}{where}, a {type_name}, cannot be kept exactly: {reason}")


class ValueTooLargeError(XComToolkitError, ValueError):
    """A value larger than ``max_value_bytes``; nothing was written."""

    def __init__(self, size: int, limit: int, xcom: str | None = None) -> None:
        self.size = size
        self.limit = limit
        super().__init__(
            f"The value{f' of {xcom}' if xcom else ''} takes at least {size:,} bytes, and [xcom_toolkit] "
            f"max_value_bytes allows {limit:,}. Pass a reference to the data instead, or raise the limit."
        )


class SchemaError(XComToolkitError):
    """A schema is unknown, or a value does not fit it."""


class DecryptionError(XComToolkitError):
    """A token opens with none of the keys, or belongs to another XCom."""

    def __init__(self, problem: str, *, key_id: str | None = None, tried: int = 0) -> None:
        self.key_id = key_id
        self.tried = tried
        super().__init__(problem)


class PlaintextRefusedError(XComToolkitError):
    """A row that is not encrypted, where ``plaintext_rows = reject``."""


class IntegrityError(XComToolkitError):
    """Stored bytes are not the ones that were written."""


class StorageError(XComToolkitError, OSError):
    """A store could not be read or written."""


class ObjectMissingError(StorageError, FileNotFoundError):
    """The object that a row refers to does not exist."""


class UntrustedReferenceError(XComToolkitError):
    """A row names a store that is not configured, or a key that leaves it."""


class EnvelopeError(XComToolkitError):
    """A row claims to be an envelope and is not one that can be read."""


class EnvelopeVersionError(EnvelopeError):
    """A row was written in a newer format than this release reads."""

    def __init__(self, what: str, found: object, known: object) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"{what} {found} was written by a newer airflow-xcom-toolkit; this one reads up to {known}. "
            "Upgrade the toolkit where this task runs."
        )
