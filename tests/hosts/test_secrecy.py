"""What goes between hosts is secret to everything between them."""

from __future__ import annotations

import pytest

from tests.hosts.hosts import DAGS, Hosts
from tests.hosts.plugins.host_values import CANARIES, canary


@pytest.fixture(scope="module")
def ended(hosts: Hosts) -> Hosts:
    """The hosts, once every run has ended, however it did."""
    for dag_id in DAGS:
        hosts.wait(dag_id)
    return hosts


def test_every_row_is_sealed(ended: Hosts) -> None:
    """A row says where its object is, and which key opens it; neither type nor shape."""
    for row in ended.central.rows():
        data = row.value["__data__"]
        assert "sealed" in data
        assert data["body"]
        assert not {"type", "tree", "summary", "schema"} & set(data)


@pytest.mark.parametrize("name", CANARIES)
def test_no_secret_is_in_the_database_the_bucket_or_a_file_of_any_host(ended: Hosts, name: str) -> None:
    """Not as it was pushed, pulled, relayed, passed as an argument, printed or replaced."""
    assert ended.places_of(canary(name)) == []


def test_the_search_looked_at_what_a_task_printed(ended: Hosts) -> None:
    """What it pulled is masked in its own log, and so in the two copies that an edge worker sends."""
    places = ended.places_of("pulled ***")
    for beginning in (
        "right: airflow/logs/dag_id=there_and_back",
        "central: logs/dag_id=there_and_back",
        "table edge_logs",
    ):
        assert any(place.startswith(beginning) for place in places), places
