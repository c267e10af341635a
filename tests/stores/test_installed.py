"""What the tests of this run test is the wheel, as it is installed; not the checkout."""

from __future__ import annotations

import os
import sysconfig
import zipfile
from pathlib import Path

import airflow_xcom_toolkit

PACKAGE = Path(airflow_xcom_toolkit.__file__).parent


def test_the_package_is_in_site_packages() -> None:
    """That of this Python, and not a folder that happens to be near."""
    assert PACKAGE.parent == Path(sysconfig.get_paths()["purelib"])


def test_the_package_is_the_wheel_of_the_checkout() -> None:
    """File by file. ``XCOM_TOOLKIT_WHEEL`` says where the wheel is that was just built."""
    with zipfile.ZipFile(os.environ["XCOM_TOOLKIT_WHEEL"]) as wheel:
        built = {name: wheel.read(name) for name in wheel.namelist() if name.startswith("airflow_xcom_toolkit/")}
    installed = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {f"airflow_xcom_toolkit/{path.relative_to(PACKAGE)}": path.read_bytes() for path in installed} == built
