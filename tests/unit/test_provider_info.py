"""The provider's metadata is what Airflow expects it to be."""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from importlib.resources import files

import jsonschema

import airflow_xcom_toolkit
from airflow_xcom_toolkit.get_provider_info import get_provider_info, option_defaults


def test_it_is_valid_by_airflows_own_schema() -> None:
    """Airflow checks each provider against this schema, and skips one that is not valid."""
    schema = json.loads(files("airflow").joinpath("provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)


def test_airflow_finds_it_by_its_entry_point() -> None:
    """The installed package registers the very function."""
    found = [
        point for point in entry_points(group="apache_airflow_provider") if point.value.startswith("airflow_xcom_")
    ]
    assert [point.load() for point in found] == [get_provider_info]
    assert found[0].dist is not None
    assert found[0].dist.name == get_provider_info()["package-name"]


def test_every_option_is_described_and_has_a_default() -> None:
    """Each says what it is for, since which version, and what it is when it is not set."""
    options = get_provider_info()["config"]["xcom_toolkit"]["options"]
    assert set(options) == set(option_defaults())
    for name, option in options.items():
        assert option["description"].strip(), name
        assert option["version_added"] <= airflow_xcom_toolkit.__version__, name
        assert isinstance(option["default"], str), name
        assert option["type"] in ("string", "integer", "boolean", "float"), name


def test_only_the_keys_are_secret() -> None:
    """An option that is sensitive may also be given as ``…_CMD`` and ``…_SECRET``."""
    options = get_provider_info()["config"]["xcom_toolkit"]["options"]
    assert [name for name, option in options.items() if option.get("sensitive")] == ["fernet_keys"]


def test_no_caller_can_change_it() -> None:
    """Each call returns a dict of its own."""
    get_provider_info()["config"].clear()
    assert "xcom_toolkit" in get_provider_info()["config"]
