"""What is mistyped is said, before anything is touched."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_xcom_toolkit import backends
from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.cli.migrate import run
from airflow_xcom_toolkit.metadata import RowStore
from tests.unit.conftest import SetOptions


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch, options: SetOptions) -> None:
    options(stores='{"archive": "file:///nowhere"}')
    monkeypatch.setenv("AIRFLOW__XCOM_TOOLKIT__CACHE_DIR", "")
    monkeypatch.setattr(RowStore, "connected", _not_reached)


def _not_reached() -> Any:
    raise AssertionError("the database was asked for")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--to", "basexcom"), "none of configured, base and store:NAME"),
        (("--to", "store:"), "none of configured, base and store:NAME"),
        (("--to", "store:archiv"), "Known: default, archive"),
        (("--grace", "10"), "write it as 90s"),
        (("--to", "base", "--max-row", "many"), "--max-row"),
        (("--strict",), "for --to base alone"),
        (("--max-row", "1MB"), "for --to base alone"),
        (("--limit", "0"), "the least is 1"),
        ((), "xcom_backend"),
    ],
)
def test_exit_code_2_says_what_is_wrong(
    arguments: tuple[str, ...], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without arguments: the configured backend is none of the toolkit's here."""
    assert run.main(parser().parse_args(["migrate", *arguments])) == 2
    printed = capfd.readouterr()
    assert says in printed.err
    assert printed.out == ""


def test_a_key_that_is_none_is_found_before_any_row(
    options: SetOptions, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backends, "configured", lambda: backends.ToolkitXComBackend)
    options(fernet_keys="mistyped")
    assert run.main(parser().parse_args(["migrate"])) == 2
    printed = capfd.readouterr().err
    assert "is not a Fernet key" in printed
    assert "mistyped" not in printed
