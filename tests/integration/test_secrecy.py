"""With encryption on, what was pulled is nowhere in what Airflow keeps."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from . import values
from .airflow_env import Airflow


@pytest.fixture(scope="module")
def searched(airflow: Airflow, ended: dict[str, str]) -> Iterator[Airflow]:
    """An Airflow whose dags have ended; the canaries are those of its runs."""
    assert set(ended) >= {"secrecy", "refusal", "secrecy_control"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XCOM_TEST_TOKEN", airflow.env["XCOM_TEST_TOKEN"])
        yield airflow


def kept_by(airflow: Airflow) -> Iterator[tuple[str, bytes]]:
    """Everything that Airflow keeps: each file's bytes; and the database's cells, which in the file may span pages.

    Not what the processes print: a scheduler with a local executor repeats there what tasks log, before it is masked.
    """
    folders = [airflow.log_folder, airflow.store]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    for file in [*files, *airflow.home.glob("airflow.db*")]:
        yield str(file.relative_to(airflow.home)), _bytes(file)
    yield from _cells(airflow)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:  # A checkpoint removes the -wal and -shm files.
        return b""


def _cells(airflow: Airflow) -> Iterator[tuple[str, bytes]]:
    with closing(airflow.connect()) as database:
        database.text_factory = bytes
        tables = [name.decode() for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield f"table {table}", b"\x00".join(cell for cell in row if isinstance(cell, bytes))


def places_of(secret: str, airflow: Airflow) -> list[str]:
    """Where ``secret`` is found, in any form."""
    forms = values.disguises(secret)
    return sorted({place for place, data in kept_by(airflow) if any(form in data for form in forms)})


@pytest.mark.parametrize("name", values.SECRET_NAMES)
def test_no_secret_is_found_in_database_logs_or_store(searched: Airflow, runs: dict[str, str], name: str) -> None:
    """Pulled into task arguments, templates, logs and errors; as text, in a dict, over lines, as bytes, in a frame."""
    searched.succeed("secrecy", runs["secrecy"])
    assert places_of(values.canaries()[name], searched) == []


def test_the_tasks_that_print_secrets_did_print(searched: Airflow) -> None:
    """The logs show the masked places, so the search above has looked at what was printed."""
    logs = searched.logs("secrecy")
    for line in ("pulled ***", "found '***'", "Done. Returned value was: ***"):
        assert line in logs


def test_a_refused_push_names_the_place_and_shows_no_value(searched: Airflow) -> None:
    """The error says where in the value, which type and which task; keys that are secret are not in it."""
    assert searched.wait("refusal", searched.rows("refusal")[0].run_id) == "failed"
    logs = searched.logs("refusal")
    assert "UnsupportedTypeError" in logs
    assert "refusal" in logs
    assert "cannot use ***" in logs
    assert "value[part 1]" in logs
    assert {row.task_id for row in searched.rows("refusal")} == {"text"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("control-argument", "table rendered_task_instance_fields"), ("control-log", "dag_id=secrecy_control")],
)
def test_the_search_finds_what_was_not_encrypted(searched: Airflow, name: str, expected: str) -> None:
    """An argument that is no XCom is found in the database, its file too; a text that is printed, in the logs."""
    places = places_of(values.canary(name), searched)
    assert any(expected in place for place in places), places
    assert name != "control-argument" or "airflow.db" in places


def test_the_search_finds_an_object_that_is_not_encrypted(searched: Airflow) -> None:
    """A file in the store with the text in base64 is found."""
    text = values.canary("control-object")
    file = searched.store / "control"
    file.write_bytes(base64.b64encode(b"x" + text.encode() + b"y"))
    try:
        assert places_of(text, searched) == ["store/control"]
    finally:
        file.unlink()
