"""The page of the options has each, as the provider declares it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from airflow.configuration import conf

from airflow_xcom_toolkit import backends, settings
from airflow_xcom_toolkit.get_provider_info import get_provider_info, option_defaults
from tests.docs.pages import DOCS, Block, blocks, pages
from tests.docs.run_page import ini_options

OWN = get_provider_info()["config"]["xcom_toolkit"]["options"]
TEXT = (DOCS / "reference" / "options.md").read_text()
STORAGE = {
    "xcom_objectstorage_path": "empty",
    "xcom_objectstorage_threshold": "-1",
    "xcom_objectstorage_compression": "empty",
}
WITH_SUFFIX = re.compile(r"_(cmd|secret)$", re.I)


def table(section: str) -> dict[str, list[str]]:
    """The rows of the table below a heading, by option."""
    part = TEXT.partition(f"## `[{section}]`\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line[:3] == "| `"]
    return {row[0].strip("| `"): row for row in rows}


def defaults(section: str) -> dict[str, str]:
    return {name: row[2].partition(":")[0].strip("`") for name, row in table(section).items()}


def test_the_page_has_every_option_and_its_default() -> None:
    """No option is missing, none is invented, and the defaults are those of the provider."""
    assert defaults("xcom_toolkit") == {name: value or "empty" for name, value in option_defaults().items()}


def test_the_page_has_the_options_of_the_stock_backend() -> None:
    """The three that say where values go."""
    assert defaults("common.io") == STORAGE
    for name, default in STORAGE.items():
        assert conf.get_default_value("common.io", name) == default.replace("empty", "")


@pytest.mark.parametrize("section", ["common.io", "xcom_toolkit", "core"])
def test_the_environment_variables(section: str) -> None:
    """Are those that Airflow reads."""
    for name, row in table(section).items():
        assert row[1] == f"`AIRFLOW__{section.replace('.', '_').upper()}__{name.upper()}`"


def test_every_choice_is_on_the_page() -> None:
    """The values that are allowed, where there are few."""
    choices = re.findall(r"_check_choice\(\"(\w+)\", (\".+?)\)", inspect.getsource(settings.Settings))
    assert {name for name, _ in choices} == {"dataframe_format", "plaintext_rows", "unknown_schema"}
    for name, values in choices:
        shown = table("xcom_toolkit")[name][3]
        assert all(f"`{value}`" in shown for value in re.findall(r"\w+", values)), name


def test_the_backends_are_on_the_page() -> None:
    """Each by its name."""
    named = set(re.findall(r"`airflow_xcom_toolkit\.(\w+XComBackend)`", TEXT))
    assert named == {name for name in vars(backends) if name.endswith("XComBackend")} - {"XComObjectStorageBackend"}


def ini_blocks() -> list[Block]:
    return [block for page in pages() for block in blocks(page) if block.lang in ("ini", "bash", "cfg", "toml")]


@pytest.mark.parametrize("block", ini_blocks(), ids=lambda block: block.name)
def test_every_option_that_is_shown_exists(block: Block) -> None:
    """In ini blocks and environment variables, on every page and in the README."""
    shown = ini_options(block) if block.lang in ("ini", "cfg") else []
    for section, option, _ in shown:
        assert exists(section, option), f"[{section}] {option}"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_environment_variable_exists(page: Path) -> None:
    """Wherever one is named."""
    for section, option in re.findall(r"AIRFLOW__([A-Z_]+?)__([A-Z_]+)", page.read_text()):
        assert exists(section.lower().replace("common_io", "common.io"), option.lower()), f"{section} {option}"


def exists(section: str, option: str) -> bool:
    """Whether Airflow or a provider knows it; a sensitive option also with ``_cmd`` and ``_secret``."""
    plain = WITH_SUFFIX.sub("", option)
    if section == settings.SECTION:
        return option in OWN or bool(OWN.get(plain, {}).get("sensitive"))
    return conf.get_default_value(section, option) is not None
