"""One root, and one class for each thing that can go wrong.

A message says what happened, where, and what to do. No message carries a value, a key or a token.
"""

from __future__ import annotations

from collections.abc import Sequence


class XComToolkitError(Exception):
    """Anything the toolkit raises on purpose."""


class ConfigurationError(XComToolkitError):
    """An option has a value that cannot be used."""

    def __init__(self, option: str, problem: str) -> None:
        self.option = option
        super().__init__(f"[{option.rpartition('.')[0]}] {option.rpartition('.')[2]}: {problem}")


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
    """A schema is declared twice, or cannot be used as it is declared; or a class changed that has none."""


class UnknownSchemaError(SchemaError):
    """A row names a schema that no module has declared here, and ``unknown_schema = error``."""

    def __init__(self, schema: str, version: int) -> None:
        self.schema = schema
        self.version = version
        super().__init__(
            f"A row has schema {schema!r}, version {version}, which is not declared here. Name the module that "
            "declares it in [xcom_toolkit] schema_modules (or in the entry point group airflow_xcom_toolkit.schemas), "
            "or set unknown_schema = plain to read such rows as plain data."
        )


class SchemaTooNewError(SchemaError):
    """A row has a newer version of its schema than the reader, and its writer did not declare it readable by it."""

    def __init__(self, schema: str, version: int, known: int, readable_by: int | None = None) -> None:
        self.schema = schema
        self.version = version
        self.known = known
        self.readable_by = readable_by
        declared = f", which only readers from version {readable_by} on can read" if readable_by else ""
        super().__init__(
            f"A row has version {version} of schema {schema!r}{declared}; this reader knows up to version {known}. "
            f"Deploy version {version} where this task runs; or, if readers of version {known} can do without what is "
            f"new, declare readable_by={known} where version {version} is written."
        )


class UpcasterMissingError(SchemaError):
    """There is no step from one version of a schema to the next."""

    def __init__(self, schema: str, from_version: int, version: int, known: int) -> None:
        self.schema = schema
        self.from_version = from_version
        self.version = version
        self.known = known
        super().__init__(
            f"A row has version {version} of schema {schema!r}, this reader version {known}, and there is no step from "
            f"version {from_version} to {from_version + 1}. "
            f"Write it: @upcaster({schema!r}, from_version={from_version})."
        )


class UpcasterError(SchemaError):
    """A step from one version of a schema to the next failed, or gave what cannot be one."""

    def __init__(self, schema: str, from_version: int, problem: str) -> None:
        self.schema = schema
        self.from_version = from_version
        super().__init__(f"The upcaster of schema {schema!r} from version {from_version} {problem}")


class SchemaLockError(SchemaError):
    """The lock file of schemas cannot be used, or a version in it has changed."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}")


class KeyStep(str):
    """The key of a dict in the path of an error, as ``['train']``. It is part of the value, other steps are not."""


class SchemaValidationError(SchemaError, ValueError):
    """A value does not fit its schema. ``place`` is where in the value; ``problem`` quotes nothing of it."""

    def __init__(
        self,
        schema: str,
        version: int,
        steps: Sequence[str],
        problem: str,
        xcom: str | None = None,
        root: str = "value",
    ) -> None:
        self.schema = schema
        self.version = version
        self.steps = tuple(steps)
        self.problem = problem
        self.xcom = xcom
        self.place = root + "".join(self.steps)
        where = f" of {xcom}" if xcom else ""
        super().__init__(f"{self.place}{where} does not fit schema {schema!r}, version {version}: {problem}")

    def within(self, root: str, *, show_keys: bool) -> SchemaValidationError:
        """The same, of a value that is at ``root``; the keys of dicts are values, and may be secret."""
        steps = [step if show_keys or not isinstance(step, KeyStep) else "[…]" for step in self.steps]
        return SchemaValidationError(self.schema, self.version, steps, self.problem, self.xcom, root)

    def below(self, steps: Sequence[str]) -> SchemaValidationError:
        """The same, of the value that those steps lead to."""
        return SchemaValidationError(self.schema, self.version, (*steps, *self.steps), self.problem, self.xcom)

    def of(self, xcom: str) -> SchemaValidationError:
        """The same, of that XCom."""
        root = self.place.removesuffix("".join(self.steps))
        return SchemaValidationError(self.schema, self.version, self.steps, self.problem, xcom, root)


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


class XComNotFoundError(XComToolkitError, LookupError):
    """No row was pushed where a value was asked for."""

    def __init__(self, xcom: str) -> None:
        self.xcom = xcom
        super().__init__(
            f"There is no {xcom}: no such task instance pushed it, or it was deleted. Check the task id, the map index "
            "and the key, and that the task runs before this one."
        )


class PathError(XComNotFoundError):
    """A value has no such part."""

    def __init__(self, path: str, xcom: str, found: str, part: str, type_name: str) -> None:
        self.path = path
        self.found = found
        self.part = part
        self.type_name = type_name
        super().__init__(xcom)

    def __str__(self) -> str:
        return (
            f"{self.path!r}: {self.found} is a {self.type_name}, which has no {self.part}. Correct the path, or give a "
            "default."
        )


class PathSyntaxError(XComToolkitError, ValueError):
    """A path cannot be read."""

    def __init__(self, path: str, position: int, problem: str) -> None:
        self.path = path
        self.position = position
        super().__init__(f"{path!r} is not a path: at {path[position:][:40]!r} (character {position}), {problem}.")


class QueueError(XComToolkitError):
    """A queue is used in a way that it cannot be."""


class QueueEmptyError(QueueError, IndexError):
    """A queue has no item that is not popped yet."""


class ApiError(XComToolkitError, OSError):
    """Airflow's public REST API did not answer as it should."""

    def __init__(self, host: str, status: int | None, advice: str) -> None:
        self.host = host
        self.status = status
        answer = f"answered {status}" if status else "did not answer"
        super().__init__(f"Airflow's REST API at {host} {answer}. {advice}")


class MetadataError(XComToolkitError):
    """Airflow's metadata database cannot be had here, or is not as it should be."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"{problem} This needs the metadata database: run it where the scheduler or the API server runs, with "
            "their configuration ([database] sql_alchemy_conn)."
        )


class AirflowVersionError(XComToolkitError, NotImplementedError):
    """This Airflow is too old for what was called."""

    def __init__(self, name: str, needs: str, found: str) -> None:
        self.needs = needs
        super().__init__(
            f"{name} needs Airflow {needs} or newer, which has async XCom calls; this is Airflow {found}. Call the "
            "one without the a from code that is not async."
        )


class PartialLoadError(XComToolkitError, ValueError):
    """A value was asked for in part, and that part cannot be loaded."""


class ObjectMissingError(StorageError, FileNotFoundError):
    """The object that a row refers to does not exist."""


class AccessDeniedError(StorageError, PermissionError):
    """A store refused a call: the credentials may not make it, or may not be told that an object is missing."""


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


class LegacyHooksWarning(UserWarning):
    """A backend class overrides only one of Airflow's two pairs of hooks, which not every Airflow calls."""
