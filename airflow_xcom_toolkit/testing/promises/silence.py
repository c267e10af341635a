"""Promise 11: what is said shows nothing."""

from __future__ import annotations

import asyncio
import base64
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cache, partial
from importlib.util import find_spec
from types import CellType, FunctionType, MappingProxyType, MethodType
from typing import Any
from uuid import uuid4

import pytest

from ...abc import Json
from ...compat import HAS_ASYNC
from ..base import Contract, Deploy, not_applicable
from ..checks.listening import Heard, chain, listening, shown
from ..checks.sent import cut_off, on_each_row
from ..classes import Record
from ..setup import KEY, OTHER_KEY
from ..values.canaries import VALUES, canaries, found_in_text, nested, strings, word
from ..xcoms import AT, XComs

Listen = Callable[[], AbstractContextManager[Heard]]


class Unkeepable:
    """A value that nothing keeps, and that tells everything when it is printed."""

    def __repr__(self) -> str:
        return word("repr")

    def __reduce__(self) -> Any:
        raise TypeError(word("error"))


def _below_secret_keys() -> Any:
    return {word("key"): [word("text"), {word("inner_key"): Unkeepable()}]}


def _beside_secrets() -> Any:
    return [nested(), word("bytes").encode(), lambda: word("text")]


def _in_a_frame() -> Any:
    import pandas as pd

    return pd.DataFrame({word("column"): pd.Series([word("cell"), Unkeepable()], dtype=object)})


def _in_an_array() -> Any:
    import numpy as np

    return np.array([word("element"), Unkeepable()], dtype=object)


UNKEEPABLE: Mapping[str, tuple[Callable[[], Any], str]] = {
    "below secret keys": (_below_secret_keys, ""),
    "beside secrets": (_beside_secrets, ""),
    "in a frame": (_in_a_frame, "pandas"),
    "in an array": (_in_an_array, "numpy"),
}
"""Where the part is that cannot be kept → what makes the value, and the library that it needs."""


class Silence(Contract):
    """No key, token or plaintext of an encrypted value is in a log, a warning, a ``repr`` or an error, or printed."""

    promise = "11. Secret"

    @pytest.fixture
    def listen(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Listen:
        """Hears all that the process says within a block."""
        return partial(listening, monkeypatch, capfd)

    @pytest.mark.parametrize("name", VALUES)
    def test_nothing_is_said_of_a_value_that_is_kept(self, encrypted: XComs, listen: Listen, name: str) -> None:
        """Pushed, overwritten, pulled, purged: logs, at every level, show neither value nor key nor token."""
        value = _made(VALUES, name)
        with listen() as heard:
            rows = [encrypted.push(value), encrypted.push(value)]
            encrypted.pull()
            encrypted.delete()
        _assert_hidden(heard.text, *rows)

    @pytest.mark.parametrize("name", UNKEEPABLE)
    def test_nothing_is_said_of_a_value_that_is_refused(self, encrypted: XComs, listen: Listen, name: str) -> None:
        """The error says what is wrong, but quotes no key of a dict, no cell, and no ``repr``."""
        value = _made(UNKEEPABLE, name)
        with listen() as heard, pytest.raises(TypeError) as refused:
            encrypted.push(value)
        _assert_hidden(heard.text + shown(refused.value))

    @pytest.mark.parametrize("keys", [(OTHER_KEY,), ()], ids=["another key", "no key"])
    def test_nothing_is_said_where_keys_are_wrong(
        self, encrypted: XComs, deploy: Deploy, listen: Listen, keys: tuple[str, ...]
    ) -> None:
        """A pull with another key, or with none, names no key and no token."""
        row = encrypted.push(nested())
        other = deploy(threshold=encrypted.setup.threshold, keys=keys)
        with listen() as heard, pytest.raises(Exception) as failed:  # noqa: PT011
            other.pull()
        _assert_hidden(heard.text + shown(failed.value), row)
        _assert_reprs_hide(self.backend, failed.value, row)

    def test_nothing_is_said_of_a_row_that_was_changed(self, encrypted: XComs, listen: Listen) -> None:
        """A pull of changed tokens fails, and shows neither them nor what was left of the value."""
        encrypted.push(nested())
        row = _each_token_changed(encrypted.row())
        encrypted.write_row(row)
        with listen() as heard, pytest.raises(Exception) as failed:  # noqa: PT011
            encrypted.pull()
        _assert_hidden(heard.text + shown(failed.value), row)
        _assert_reprs_hide(self.backend, failed.value, row)

    def test_nothing_is_said_of_a_value_that_cannot_be_built(
        self, encrypted: XComs, deploy: Deploy, listen: Listen
    ) -> None:
        """A value that is decrypted, and whose class is not allowed here, is not shown in the error."""
        options = {"threshold": encrypted.setup.threshold, "keys": encrypted.setup.keys}
        allowing = deploy(**options, allowed=f"airflow.* {Record.__module__}.*")
        row = allowing.push({word("key"): Record(word("text"), [word("member")])})
        with listen() as heard, pytest.raises(Exception) as failed:  # noqa: PT011
            deploy(**options).pull()
        _assert_hidden(heard.text + shown(failed.value), row)

    def test_nothing_is_said_where_the_database_is_gone(self, encrypted: XComs, listen: Listen) -> None:
        """A push whose row does not arrive shows the error of the database, and nothing of the value."""
        with on_each_row(encrypted.rows, cut_off), listen() as heard, pytest.raises(Exception) as failed:  # noqa: PT011
            encrypted.push(nested())
        _assert_hidden(heard.text + shown(failed.value))

    @pytest.mark.parametrize("call", ["get_one", "aget_one"])
    def test_what_was_decrypted_is_masked(self, encrypted: XComs, call: str) -> None:
        """Airflow's masker is told, in the task and in its supervisor: a log that quotes the value shows stars."""
        if call == "aget_one" and not HAS_ASYNC:
            not_applicable("Airflow has no async accessors before 3.3")
        secret = f"secret-{uuid4().hex}"
        encrypted.push({"k": secret})
        pulled = asyncio.run(encrypted.apull()) if call == "aget_one" else encrypted.pull()
        assert pulled == {"k": secret}
        assert secret in strings(encrypted.rows.masked), "the supervisor, which writes logs, was not told of the value"
        assert secret not in _in_a_log(f"before {secret} after"), "a log of the task shows the value"

    def test_no_object_of_the_backend_shows_a_key(self, encrypted: XComs) -> None:
        """Whatever the backend keeps in memory, its ``repr`` has no key: logs and error reports print such things."""
        row = encrypted.push(nested())
        encrypted.pull()
        for one in _objects_of(self.backend):
            _assert_repr_hides(one, row)


def _made(values: Mapping[str, tuple[Callable[[], Any], str]], name: str) -> Any:
    make, library = values[name]
    if library and find_spec(library) is None:
        not_applicable(f"{library} is not installed")
    return make()


def _in_a_log(text: str) -> str:
    """What Airflow's masker leaves of a text; nothing in Airflow 3.0, where only the supervisor has one."""
    from airflow.sdk import log

    redact = getattr(log, "redact", None)
    return "" if redact is None else redact(text)


def _assert_hidden(said: str, *rows: Json) -> None:
    """Asserts that a text shows no canary, no key, and no token of the rows."""
    found = found_in_text(said, {**canaries(), **_keys_and_tokens(*rows)})
    assert found == [], f"shown: {', '.join(found)}; in:\n{said[:20_000]}"


def _keys_and_tokens(*rows: Json) -> dict[str, str]:
    keys = {f"key {n}": key.rstrip("=") for n, key in enumerate((KEY, OTHER_KEY), 1)}
    raw = {f"{name}, decoded": base64.urlsafe_b64decode(f"{key}=").hex() for name, key in keys.items()}
    tokens = dict.fromkeys(token for row in rows for token in _tokens(row))
    return {**keys, **raw, **{f"token {n}, {token[:12]}…": token for n, token in enumerate(tokens, 1)}}


def _tokens(row: Json) -> list[str]:
    """The long strings of a row, which are of no object's name."""
    return [text for text in strings(row) if len(text) >= 80 and str(AT.dag_id) not in text]


def _each_token_changed(row: Json) -> Any:
    """The row, with each of its tokens changed in the middle."""
    if isinstance(row, dict):
        return {key: _each_token_changed(item) for key, item in row.items()}
    if isinstance(row, list):
        return [_each_token_changed(item) for item in row]
    if row in _tokens(row):
        half = len(row) // 2
        return row[:half] + ("B" if row[half] == "A" else "A") + row[half + 1 :]
    return row


# What is printed of objects -----------------------------------------------------------------------------------------


def _assert_reprs_hide(backend: type, error: BaseException, row: Json) -> None:
    """Asserts it of what the functions of the backend had in hand when they failed: error reports show it."""
    packages = _packages(backend)
    for one in chain(error):
        traceback = one.__traceback__
        while traceback is not None:
            for local in list(traceback.tb_frame.f_locals.values()):
                if _is_of(local, packages):
                    _assert_repr_hides(local, row)
            traceback = traceback.tb_next


def _assert_repr_hides(one: Any, row: Json) -> None:
    try:
        printed = repr(one)
    except Exception:
        return
    found = [name for name, secret in _keys_and_tokens(row).items() if secret in printed]
    assert found == [], f"the repr of a {type(one).__qualname__} shows {', '.join(found)}: {printed[:2000]}"


def _objects_of(backend: type) -> Iterator[Any]:
    """The objects of the backend's own classes that it holds: in its attributes, and in its modules' variables."""
    packages = _packages(backend)
    todo: list[Any] = [vars(cls) for cls in backend.__mro__ if cls.__module__.partition(".")[0] in packages]
    seen: dict[int, Any] = {}
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if _is_of(one, packages):
            yield one
        if isinstance(one, _HOLDERS) or _is_of(one, packages):
            todo += gc.get_referents(one)
        elif isinstance(one, FunctionType) and str(one.__module__).partition(".")[0] in packages:
            todo += [one.__globals__, *gc.get_referents(one)]


_HOLDERS: tuple[type, ...] = (
    *(dict, list, tuple, set, MappingProxyType, CellType, MethodType, classmethod, staticmethod, property, partial),
    type(cache(len)),
)
"""What is looked into, besides objects of the backend's own classes. Not classes, and not modules."""


def _packages(backend: type) -> set[str]:
    return {cls.__module__.partition(".")[0] for cls in backend.__mro__} - {"airflow", *sys.stdlib_module_names}


def _is_of(one: Any, packages: set[str]) -> bool:
    module = str(type(one).__module__)
    return module.partition(".")[0] in packages and not module.startswith("airflow_xcom_toolkit.testing")
