"""The wheel has what a user needs, and nothing of the workshop."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import airflow_xcom_toolkit
from tests.examples.catalogue import examples
from tests.servers.wheel import ROOT, uv
from tests.wheel.archive import PACKAGE, Archive

GOLDEN = re.compile(r"testing/golden/\d+\.\d+\.\d+\.json")
NEEDED = ("py.typed", "provider.yaml", "get_provider_info.py", "backends.py", "plugin/__init__.py", "testing/plugin.py")
ENTRY_POINTS = {
    "apache_airflow_provider": {"provider_info": f"{PACKAGE}.get_provider_info:get_provider_info"},
    "airflow.plugins": {"xcom_toolkit": f"{PACKAGE}.plugin:XComToolkitPlugin"},
    "pytest11": {f"{PACKAGE}.testing.plugin": f"{PACKAGE}.testing.plugin"},
}


def test_it_has_the_package_as_the_checkout_has_it(archive: Archive) -> None:
    """Each file that is not made by running it, with the same bytes."""
    folder = ROOT / PACKAGE
    here = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    kept = {name for name in here if "__pycache__" not in name}
    assert archive.of_the_package == kept
    assert all(archive.files[f"{PACKAGE}/{name}"] == (folder / name).read_bytes() for name in kept)


def test_it_has_only_python_and_what_python_reads(archive: Archive) -> None:
    """And the page of the audit. No compiled file, no test data but the golden rows, no folder beside the package."""
    others = {name for name in archive.of_the_package if not name.endswith(".py")}
    read = {"py.typed", "provider.yaml", "cli/audit/page.html"}
    assert {name for name in others if not GOLDEN.fullmatch(name)} == read
    assert archive.beside_the_package == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}


def test_it_has_no_tests(archive: Archive) -> None:
    """The contract, which users run, is no test of this project's own."""
    names = [Path(name) for name in archive.files]
    assert not [path for path in names if path.name.startswith("test_") or path.name == "conftest.py"]
    assert not [path for path in names if {"tests", "docs"} & set(path.parts)]


@pytest.mark.parametrize("name", NEEDED)
def test_it_has_what_airflow_and_type_checkers_look_for(name: str, archive: Archive) -> None:
    """By its name."""
    assert name in archive.of_the_package


def test_it_has_the_example_dags(archive: Archive) -> None:
    """Below the folder in which Airflow looks for a provider's examples."""
    names = {name.removeprefix("example_dags/") for name in archive.of_the_package}
    assert names >= {"flights.py", "xcom_maintenance.py", *(example.filename for example in examples())}


def test_its_entry_points(archive: Archive) -> None:
    """Airflow finds the provider and the plugin by theirs, and pytest the contract's options."""
    assert archive.entry_points == ENTRY_POINTS


def test_its_version_is_that_of_the_package(archive: Archive, wheel: Path) -> None:
    """One version, in one place."""
    assert archive.metadata["Version"] == airflow_xcom_toolkit.__version__
    assert wheel.name == f"{PACKAGE}-{airflow_xcom_toolkit.__version__}-py3-none-any.whl"


def test_it_says_its_licence(archive: Archive) -> None:
    """As an SPDX expression, with the text beside it."""
    assert archive.metadata["License-Expression"] == "Apache-2.0"
    assert archive.metadata.get_all("License-File") == ["LICENSE"]
    assert archive.information("licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_it_says_which_pythons_it_runs_on(archive: Archive) -> None:
    """Those of Airflow 3 that its code is written for."""
    assert archive.metadata["Requires-Python"] == ">=3.10"
    versions = re.findall(r"Python :: (3\.\d+)", "\n".join(archive.metadata.get_all("Classifier", [])))
    assert versions == ["3.10", "3.11", "3.12", "3.13"]


def test_its_description_is_the_readme(archive: Archive) -> None:
    """As Markdown, which package indexes render."""
    assert archive.metadata["Description-Content-Type"] == "text/markdown"
    assert archive.metadata.get_payload().strip() == (ROOT / "README.md").read_text().strip()


def test_without_extras_it_needs_no_library_of_data(archive: Archive) -> None:
    """Airflow, the store interface, the cipher and what Airflow itself needs are all."""
    needed = [line for line in archive.metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert sorted(re.split(r"[<>=]", line)[0] for line in needed) == [
        "apache-airflow-core",
        "apache-airflow-providers-common-io",
        "apache-airflow-task-sdk",
        "cryptography",
        "fsspec",
        "jinja2",
        "pyyaml",
        "requests",
        "rich",
        "sqlalchemy",
    ]


def test_the_extras_that_are_advised_exist(archive: Archive) -> None:
    """On every page, and in the messages of errors."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / PACKAGE).rglob("*.py")]
    text = "\n".join(page.read_text() for page in pages)
    advised = ",".join(re.findall(r"airflow-xcom-toolkit\[([a-z0-9,]+)\]", text)).split(",")
    assert set(advised) <= set(archive.metadata.get_all("Provides-Extra", []))


def test_the_source_distribution_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """Who builds from it gets what is installed otherwise, byte for byte."""
    both = [*uv(), "build", "--quiet", "--out-dir", tmp_path, ROOT]  # The sources, and the wheel of them.
    subprocess.run(both, check=True)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()
