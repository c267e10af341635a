"""A key on standard output, and everything else on standard error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.cli.definition import main
from airflow_xcom_toolkit.encryption import KeyRing


def keygen(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["keygen", *arguments])
    assert ended.value.code == 0


def test_standard_output_is_the_key_alone(capfd: Any) -> None:
    """So that ``KEY=$(… keygen)`` has it, and a pipe."""
    keygen()
    printed = capfd.readouterr()
    key = printed.out.removesuffix("\n")
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"x")) == b"x"


def test_standard_error_has_its_id_and_where_to_put_it_and_not_the_key(capfd: Any) -> None:
    keygen()
    printed = capfd.readouterr()
    assert KeyRing([printed.out.strip()]).primary_id in printed.err
    for form in ("", "_CMD", "_SECRET"):
        assert f"AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS{form} " in printed.err
    assert printed.out.strip() not in printed.err


def test_each_key_is_another(capfd: Any) -> None:
    keygen()
    keygen()
    assert len(set(capfd.readouterr().out.split())) == 2


def test_as_json_it_has_its_id(capfd: Any) -> None:
    keygen("--json")
    found = json.loads(capfd.readouterr().out)
    assert KeyRing([found["key"]]).primary_id == found["key_id"]
