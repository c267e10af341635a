"""Values go the whole way on each database: from a task to its supervisor, the API server, the database, and back.

Nothing on that way is rebuilt here: Airflow's scheduler starts each task in a process of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

import pytest

from airflow_xcom_toolkit.testing.base import FORMS
from tests.integration.airflow_env import Row
from tests.servers.mariadb import mariadb
from tests.servers.postgres import postgres

from .airflow import DAGS, AirflowOn
from .cases import keys


@contextmanager
def sqlite() -> Iterator[str]:
    """A file that is not there yet."""
    with tempfile.TemporaryDirectory(prefix="sqlite-") as folder:
        yield f"sqlite:///{folder}/airflow.db"


class WholeWay:
    """The tests, for one database."""

    database: ClassVar[Callable[[], AbstractContextManager[str]]]

    @pytest.fixture(scope="class")
    def airflow(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowOn]:
        """Prints the end of its logs when a test failed."""
        with type(self).database() as url:
            started = AirflowOn(tmp_path_factory.mktemp("airflow"), url)
            try:
                started.start()
                yield started
            finally:
                started.stop()
                print(started.tail())

    @pytest.fixture(scope="class")
    def runs(self, airflow: AirflowOn) -> dict[str, str]:
        """A run of each dag, all started at once."""
        return {dag_id: airflow.trigger(dag_id) for dag_id in DAGS}

    def test_every_value_comes_back_in_every_form(self, airflow: AirflowOn, runs: dict[str, str]) -> None:
        """In value and in type, to the last bit. The task that pulls compares, and names what differs."""
        airflow.succeed("fidelity", runs["fidelity"])
        assert {row.key for row in airflow.rows("fidelity")} == {key for form in FORMS for key in keys(form)}

    def test_every_row_has_the_form_that_was_asked_for(self, airflow: AirflowOn, runs: dict[str, str]) -> None:
        """In the row or in an object, plain or encrypted: not one form four times."""
        airflow.succeed("fidelity", runs["fidelity"])
        assert {row.key: form_of(row) for row in airflow.rows("fidelity")} == {
            key: form for form in FORMS for key in keys(form)
        }

    def test_what_cannot_be_kept_is_refused_in_the_task(self, airflow: AirflowOn, runs: dict[str, str]) -> None:
        """By the error that names the place; there is neither a row nor an object."""
        airflow.succeed("refusing", runs["refusing"])
        assert airflow.rows("refusing") == []
        assert airflow.objects("refusing") == set()

    def test_a_task_that_returns_what_cannot_be_kept_fails(self, airflow: AirflowOn, runs: dict[str, str]) -> None:
        """Its log has the error's name and the place; there is neither a row nor an object."""
        assert airflow.wait("returning", runs["returning"]) == "failed"
        assert "UnsupportedTypeError" in airflow.logs("returning")
        assert "value['train'][3]" in airflow.logs("returning")
        assert airflow.rows("returning") == []
        assert airflow.objects("returning") == set()

    def test_a_retry_leaves_no_object_of_the_first_attempt(self, airflow: AirflowOn, runs: dict[str, str]) -> None:
        """Every object that is left is named by a row."""
        airflow.succeed("retrying", runs["retrying"])
        assert airflow.objects("retrying") == named(airflow.rows("retrying"))
        assert len(airflow.objects("retrying")) == 2

    def test_a_cleared_task_leaves_no_object_of_its_earlier_run(self, airflow: AirflowOn) -> None:
        """The old objects are gone, and the new rows name new ones."""
        run_id = airflow.trigger("retrying")
        airflow.succeed("retrying", run_id)
        before = named(airflow.rows("retrying", run_id))
        airflow.rerun("retrying", run_id)
        after = named(airflow.rows("retrying", run_id))
        assert len(before) == len(after) == 2
        assert before.isdisjoint(after)
        assert airflow.objects("retrying") & (before | after) == after


class TestOnSQLite(WholeWay):
    database = staticmethod(sqlite)


class TestOnPostgreSQL(WholeWay):
    database = staticmethod(postgres)


class TestOnMariaDB(WholeWay):
    database = staticmethod(mariadb)


def named(rows: list[Row]) -> set[str]:
    """The keys of the objects that these rows name."""
    return {row.body["key"] for row in rows}


def form_of(row: Row) -> str:
    """The form of a stored value, by its row."""
    encrypted = "encrypted " if '"sealed"' in row.text else ""
    return f"{encrypted}in an object" if row.body and "key" in row.body else f"{encrypted}in the row"
