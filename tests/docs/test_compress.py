"""What the page about compression says holds."""

from __future__ import annotations

import pytest

from airflow_xcom_toolkit.cli.bench.bodies import BODIES
from airflow_xcom_toolkit.cli.bench.codecs import SPEEDS
from tests.contract.pages import part
from tests.docs.pages import DOCS
from tests.docs.write_codecs import NAME, PAGE


def test_each_kind_of_data_is_in_the_table_of_each_speed() -> None:
    """``python -m tests.docs.write_codecs`` writes the tables anew."""
    first = [line.split(" | ")[0].strip("| ") for line in part(PAGE.read_text(), NAME).splitlines() if line[:2] == "| "]
    assert first == [row for speed in SPEEDS for row in (f"{speed:,} MB/s", *BODIES)]


def test_the_stock_backend_refuses_the_value_as_the_page_says() -> None:
    """Word for word, as the page of the roll back quotes it."""
    from airflow.providers.common.io.xcom import backend

    with pytest.raises(ValueError, match="Compression auto is not supported") as raised:
        backend._get_compression_suffix("auto")
    quoted = (DOCS / "how-to" / "roll-back.md").read_text().partition("(`ValueError: ")[2].partition("`")[0]
    assert str(raised.value).startswith(quoted)
