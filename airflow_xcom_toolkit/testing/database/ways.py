"""What the way to Airflow's database and back makes of a row: the task's socket, HTTP, and the database itself.

Each function does to a value what one part of the way does, with the libraries that Airflow uses for it, and raises
`RowRefusedError` where that part refuses it. Three parts are rebuilt: PostgreSQL's JSONB and
MariaDB's JSON, whose rules are written down here so that no server is needed, and the API server around its JSON. How
large a row may be, MariaDB's ``max_allowed_packet``, is not known here. MySQL is left out: by its documentation it
takes 100 levels where MariaDB takes 31, and sorts keys as JSONB does.
"""

from __future__ import annotations

import atexit
import json
import re
import reprlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NoReturn, TypeVar

import httpx
import msgspec

from ...abc import Json
from ...compat import airflow_version

T = TypeVar("T")

NUMERIC_DIGITS = 131072
"""So many digits a ``numeric`` of PostgreSQL may have before the point."""

JSONB_BYTES = 0x0FFFFFFF
"""So large a string or container of JSONB may be."""

MARIADB_LEVELS = 31
"""So many lists and dicts may be in one another. Source: ``JSON_DEPTH_LIMIT`` in MariaDB's json_lib.h."""

_REFUSALS = (
    *(ValueError, TypeError, OverflowError, RecursionError, NotImplementedError),
    *(sqlite3.Error, httpx.InvalidURL),
)


class RowRefusedError(Exception):
    """A part of the way to the database or back refuses a row. The message says which part, and why."""

    def __init__(self, part: str, row: Any, why: str) -> None:
        super().__init__(f"{part} refuses the row {reprlib.repr(row)}: {' '.join(why.split())[:200]}")
        self.part = part


@contextmanager
def refusing(part: str, row: Any) -> Iterator[None]:
    """Errors of the libraries become `RowRefusedError`."""
    try:
        yield
    except _REFUSALS as e:
        raise RowRefusedError(part, row, str(e) or type(e).__name__) from e


# The way of a message ----------------------------------------------------------------------------------------------


def over_socket(msg: T) -> T:
    """A message as the other end of the task's socket has it: msgpack in a frame, then its pydantic class."""
    message: Any = msg
    row = _row(message)
    with refusing("msgpack", row):
        frame = msgspec.msgpack.encode([0, message.model_dump()])
        body = msgspec.msgpack.decode(frame)[1]
    with refusing("pydantic", row):
        return type(message).model_validate(body)  # type: ignore[no-any-return]


def to_server(row: Json) -> Json:
    """A row that a task pushes, as the API server has it."""
    with refusing("HTTP JSON", row):
        body = httpx.Request("POST", "http://airflow", json=row).content
    with refusing("the API server", row):
        if not body and airflow_version().startswith("3.0."):
            raise ValueError("HTTP has no body for None, and this Airflow wants one")
        return _json_value().validate_python(json.loads(body) if body else None)  # type: ignore[no-any-return]


def key_on_server(key: str) -> str:
    """The key of an XCom, as the API server has it: ``a?b`` as ``a``, for Airflow puts a key into a URL as it is."""
    folder = "/xcoms/dag/run/task/"
    with refusing("the URL of the key", key):
        path = httpx.URL(f"http://airflow{folder}{key}").path
        if not path.startswith(folder) or path == folder:
            raise ValueError("it leads out of the XComs of the task")
    return path.removeprefix(folder)


def from_server(model: Any, content: Json) -> Any:
    """What the API server answers, as the supervisor reads it into ``model``."""
    with refusing("HTTP JSON", content):
        body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    with refusing("pydantic", content):
        return model.model_validate_json(body)


@lru_cache(maxsize=1)
def _json_value() -> Any:
    from pydantic import JsonValue, TypeAdapter

    return TypeAdapter[Any](JsonValue)


def _row(msg: Any) -> Any:
    """What a message has of a row. A secret is none."""
    return None if type(msg).__name__ == "MaskSecret" else getattr(msg, "value", getattr(msg, "root", None))


# The databases -----------------------------------------------------------------------------------------------------


def in_database(row: Json) -> Json:
    """What the worse of SQLite and PostgreSQL gives back for a row. Refused is what one of them or MariaDB refuses.

    That is the copy that is not the same as what was sent; PostgreSQL's where neither is.
    """
    from ..same import is_same

    lite, postgres, _ = in_sqlite(row), in_jsonb(row), in_mariadb(row)
    return lite if is_same(postgres, row) else postgres


def in_sqlite(row: Json) -> Json:
    """What SQLite gives back for a row.

    Its column type JSON has numeric affinity, so text that looks like a number is kept as one: ``1.0`` as 1.
    """
    database, lock = _sqlite()
    with refusing("SQLite", row), lock:
        try:
            database.execute("INSERT INTO xcom VALUES (?)", (json.dumps(row),))
            (stored,) = database.execute("SELECT value FROM xcom").fetchone()
        finally:
            database.rollback()
        return json.loads(stored) if isinstance(stored, str) else stored  # type: ignore[no-any-return]


@cache
def _sqlite() -> tuple[sqlite3.Connection, threading.Lock]:
    """One for all rows and threads, and always empty: to open another takes ten times as long as a row does."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE xcom (value JSON)")
    atexit.register(database.close)
    return database, threading.Lock()


def in_jsonb(row: Json) -> Json:
    """What PostgreSQL gives back for a row in a column of type JSONB, by the rules of its documentation, section 8.14.

    Refused: NUL, lone surrogates, NaN and infinities, numbers too large for ``numeric``, more than 256 MB.
    Keys come back by length, then by bytes; of equal ones the last stays. Numbers are decimal: ``-0.0`` comes back
    as ``0.0``, and a float that prints with a positive exponent as an int. Nesting is bounded by Python's ``json``
    before it is by PostgreSQL (14,000 levels).
    """
    with refusing("PostgreSQL (JSONB)", row):
        text = json.dumps(row)
        if _has_nul(text):
            raise ValueError("unsupported Unicode escape sequence: \\u0000 cannot be converted to text")
        stored: Json = json.loads(
            text, parse_float=_numeric, parse_int=_integer, parse_constant=_no_constant, object_pairs_hook=_by_key
        )
        if len(json.dumps(stored, ensure_ascii=False).encode()) > JSONB_BYTES:  # Lone surrogates have no UTF-8.
            raise ValueError(f"exceeds the maximum of {JSONB_BYTES} bytes")
        return stored


def in_mariadb(row: Json) -> Json:
    """What MariaDB gives back for a row: the same JSON, for its type JSON is text with a check that it is JSON.

    Refused: lone surrogates, NaN and infinities, more than 31 levels of lists and dicts.
    """
    with refusing("MariaDB", row):
        stored: Json = json.loads(json.dumps(row), parse_constant=_no_constant)
        json.dumps(stored, ensure_ascii=False).encode()  # Lone surrogates have no UTF-8.
        if _levels(stored) > MARIADB_LEVELS:
            raise ValueError(f"it has more than {MARIADB_LEVELS} levels")
        return stored


def _levels(row: Json) -> int:
    """How deep lists and dicts are in one another."""
    found, level = 0, [row]
    while level := [node for node in level if isinstance(node, (list, dict))]:
        found += 1
        level = [child for node in level for child in (node.values() if isinstance(node, dict) else node)]
    return found


_ESCAPE = re.compile(r"\\(?:u0000|.)")


def _has_nul(text: str) -> bool:
    return "\\u0000" in text and "\\u0000" in _ESCAPE.findall(text)


def _numeric(text: str) -> Json:
    number = Decimal(text)
    if number.adjusted() >= NUMERIC_DIGITS:
        raise OverflowError("value overflows numeric format")
    return json.loads(format(number or abs(number), "f"))  # type: ignore[no-any-return]


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > NUMERIC_DIGITS:
        raise OverflowError("value overflows numeric format")
    return int(text)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f'Token "{text}" is invalid')


def _by_key(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    return dict(sorted(dict(pairs).items(), key=lambda pair: _key_order(pair[0])))


def _key_order(key: str) -> tuple[int, bytes]:
    encoded = key.encode("utf-8", "surrogatepass")
    return len(encoded), encoded
