"""The preflight on each store: the least rights are enough for it, and one that is missing is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from airflow_xcom_toolkit import backends, compat
from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.cli.doctor import run
from tests.servers.proxy import Denied, Refused, denied
from tests.stores.policies import LIMITED, allowed
from tests.stores.wired import Wired

BACKEND = "airflow_xcom_toolkit.ToolkitXComBackend"
METHODS = {"put": "^(PUT|POST) ", "get": "^GET ", "delete": "^DELETE "}
Findings = list[dict[str, Any]]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Iterator[Callable[[str], tuple[int, Findings]]]:
    """The checks of connection, store and values with a path; gives the exit code, and what is not well."""

    def call(path: str, *checks: str) -> tuple[int, Findings]:
        monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH", path)
        monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD", "0")
        backends.forget()
        only = [argument for name in checks for argument in ("--only", name)]
        code = run.main(parser().parse_args(["doctor", "--json", "--backend", BACKEND, *only]))
        printed = capfd.readouterr().out  # In this process, Airflow's log is there, too.
        found = json.loads(printed[printed.index('{\n "toolkit"') :])
        findings = [finding for check in found["checks"] for finding in check["findings"]]
        return code, [finding for finding in findings if finding["status"] in ("warning", "failed")]

    yield call
    backends.forget()
    compat.forget_options()


def test_the_least_rights_are_enough(wired: Wired, doctor: Callable[..., tuple[int, Findings]]) -> None:
    """Nothing else is asked for, and nothing is left."""
    rule = Denied(lambda request: allowed(wired.kind, request), denied(wired.kind))
    limited = LIMITED[wired.kind](wired.direct).by_another_connection("doctor")
    with limited.through(wired.proxy.endpoint).reachable() as store, wired.proxy.failing(rule):
        assert doctor(store.path, "connection", "store", "values") == (0, [])
    assert rule.denied == []


@pytest.mark.parametrize("right", METHODS)
def test_a_right_that_is_missing_is_named(
    right: str, wired: Wired, doctor: Callable[..., tuple[int, Findings]]
) -> None:
    with wired.proxy.failing(Refused(denied(wired.kind)), only=METHODS[right]):
        code, (found, *_) = doctor(wired.store.path, "store")
    assert code == 1
    assert found["right"] == right
    assert f"the right to {right} objects below" in found["remedy"]
