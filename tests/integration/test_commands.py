"""What Airflow's own commands show of the provider, and the options that are commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.get_provider_info import option_defaults

from .airflow_env import environment, run_script


def airflow(home: Path, *arguments: str, **options: str) -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "airflow", *arguments]
    done = subprocess.run(command, env=environment(home, **options), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_airflow_lists_the_provider(home: Path) -> None:
    """``airflow providers list`` shows it with its version."""
    assert "airflow-xcom-toolkit" in airflow(home, "providers", "list", "--output", "plain")


def test_airflow_lists_every_option_with_its_default(home: Path) -> None:
    """``airflow config list`` knows each option, its default and its variable, and hides the keys."""
    key = Fernet.generate_key().decode()
    shown = airflow(
        home,
        *("config", "list", "--section", "xcom_toolkit", "--show-values", "--hide-sensitive"),
        *("--include-descriptions", "--include-env-vars"),
        xcom_toolkit__fernet_keys=key,
    )
    assert "[xcom_toolkit]" in shown
    for option, default in option_defaults().items():
        assert f"AIRFLOW__XCOM_TOOLKIT__{option.upper()}" in shown
        if option != "fernet_keys":
            assert f"{option} = {default}".strip() in shown
    assert key not in shown


@pytest.mark.parametrize("source", ["fernet_keys", "fernet_keys_cmd"])
def test_keys_come_from_the_option_or_from_a_command(home: Path, source: str) -> None:
    """``AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS`` and ``…_CMD`` both switch encryption on."""
    key = Fernet.generate_key().decode()
    (home / "keys").write_text(key)
    given = {"fernet_keys": key, "fernet_keys_cmd": f"cat {home / 'keys'}"}[source]
    answer = run_script("push_pull", "a secret", env=environment(home, **{f"xcom_toolkit__{source}": given}))
    assert answer["pulled"] == "a secret"
    assert "sealed" in answer["row"]["__data__"]
    assert "a secret" not in str(answer["row"])
