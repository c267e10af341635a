"""Names that are almost right are found, and what they are meant to be is told; other names are left alone."""

from __future__ import annotations

from configparser import ConfigParser

import pytest

from airflow_xcom_toolkit.cli.doctor.sources import variables
from airflow_xcom_toolkit.cli.doctor.strays import airflows_own, stray_options, stray_sections, stray_variables
from airflow_xcom_toolkit.compat import conf

BACKEND = "AIRFLOW__CORE__XCOM_BACKEND"
PATH = "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"
KEYS = "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS"


def meant(name: str) -> list[str | None]:
    return [stray.meant for stray in stray_variables([name], airflows_own(conf))]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("AIRFLOW_CORE__XCOM_BACKEND", BACKEND),
        ("AIRFLOW__CORE_XCOM_BACKEND", BACKEND),
        ("AIRFLOW_CORE_XCOM_BACKEND", BACKEND),
        ("airflow__core__xcom_backend", BACKEND),
        ("AIRFLOW__CORE__XCOMBACKEND", BACKEND),
        ("AIRFLOW__CORE__XCOM_BACKENDS", BACKEND),
        ("AIRFLOW__COMMON__IO__XCOM_OBJECTSTORAGE_PATH", PATH),
        ("AIRFLOW__COMMON.IO__XCOM_OBJECTSTORAGE_PATH", PATH),
        ("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORE_PATH", PATH),
        ("AIRFLOW__COMMON_IO__XCOM_OBJECT_STORAGE_PATH", PATH),
        ("AIRFLOW__CORE__XCOM_OBJECTSTORAGE_PATH", PATH),
        ("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH_CMD", PATH),
        ("AIRFLOW__XCOM_TOOLKIT__FERNET_KEY", KEYS),
        ("AIRFLOW__XCOMTOOLKIT__FERNET_KEYS", KEYS),
        ("AIRFLOW__XCOM__TOOLKIT__FERNET_KEYS", KEYS),
        ("AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS_COMMAND", f"{KEYS}_CMD"),
        ("AIRFLOW__CORE__FERNET_KEYS", KEYS),
        ("AIRFLOW__XCOM_TOOLKIT__SOMETHING_ELSE", None),
    ],
)
def test_a_variable_without_effect_is_named(name: str, right: str | None) -> None:
    assert meant(name) == [right]


@pytest.mark.parametrize(
    "name",
    [
        *variables(),
        *(
            "AIRFLOW_HOME",
            "AIRFLOW__CORE__FERNET_KEY",
            "AIRFLOW__CORE__EXECUTOR",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        ),
        *("AIRFLOW_CONN_XCOM_TOOLKIT", "AIRFLOW_VAR_XCOM_BACKEND", "AIRFLOW_CTX_XCOM", "PATH", "XCOM_BUCKET"),
        *("AIRFLOW__SECRETS__BACKEND", "AIRFLOW__CORE__SQL_ALCHEMY_CONN_CMD", "AIRFLOW__ACME__CACHE_DIR"),
    ],
)
def test_a_variable_that_has_an_effect_or_is_anothers_is_left_alone(name: str) -> None:
    assert meant(name) == []


class File(ConfigParser):
    """What ``airflow.cfg`` has, without what Airflow adds."""

    configuration_description = conf.configuration_description


def in_file(text: str) -> list[tuple[str, str | None]]:
    file = File(interpolation=None)
    file.read_string(text)
    found = [*stray_sections(file), *stray_options(file, airflows_own(conf))]
    return [(stray.name, stray.meant) for stray in found]


@pytest.mark.parametrize(
    ("text", "name", "right"),
    [
        ("[common_io]\nx = 1", "the section [common_io] of airflow.cfg", "[common.io]"),
        ("[xcom-toolkit]\nx = 1", "the section [xcom-toolkit] of airflow.cfg", "[xcom_toolkit]"),
        (
            "[xcom_toolkit]\nfernet_key = x",
            "fernet_key in [xcom_toolkit] of airflow.cfg",
            "fernet_keys in [xcom_toolkit]",
        ),
        ("[core]\nxcom_backends = x", "xcom_backends in [core] of airflow.cfg", "xcom_backend in [core]"),
        (
            "[xcom_toolkit]\nxcom_objectstorage_path = x",
            "xcom_objectstorage_path in [xcom_toolkit] of airflow.cfg",
            "xcom_objectstorage_path in [common.io]",
        ),
    ],
)
def test_a_line_of_airflow_cfg_without_effect_is_named(text: str, name: str, right: str) -> None:
    assert in_file(text) == [(name, right)]


def test_lines_of_airflow_cfg_with_effect_are_left_alone() -> None:
    core = "[core]\nexecutor = x\nfernet_key = x\n"
    ours = "[xcom_toolkit]\nfernet_keys_cmd = x\n[common.io]\nxcom_objectstorage_path = x\n"
    assert in_file(core + ours) == []
