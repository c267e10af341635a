"""The tables of the page about compression: ``python -m tests.docs.write_codecs`` measures anew, and writes them."""

from __future__ import annotations

from airflow_xcom_toolkit.cli.bench import machine
from airflow_xcom_toolkit.cli.bench.codecs import AUTO, SPEEDS, Table, Tried, measure
from tests.contract.pages import written
from tests.docs.pages import DOCS

PAGE = DOCS / "how-to" / "compress.md"
NAME = "codecs"
GB = 1_000_000_000


def main() -> None:
    """Some 40 seconds."""
    PAGE.write_text(written(PAGE.read_text(), {NAME: tables(measure())}))


def tables(table: Table) -> str:
    """One for each speed of store, and on which machine."""
    return "\n\n".join([*(_of_speed(table, speed) for speed in SPEEDS), f"Measured on {_machine()}."])


def _of_speed(table: Table, speed: int) -> str:
    ways = list(table.of(table.data[0]))
    head = f"| {f'{speed:,}'} MB/s | {' | '.join(ways)} |\n|---|{'---|' * len(ways)}"
    return "\n".join([head, *(_row(table, data, speed) for data in table.data)])


def _row(table: Table, data: str, speed: int) -> str:
    of = table.of(data)
    best = min(_seconds(one, speed) for one in of.values())
    return f"| {data} | {' | '.join(_cell(one, speed, best) for one in of.values())} |"


def _seconds(tried: Tried, speed: int) -> str:
    return f"{tried.both(speed) * GB / tried.size:5.1f}"


def _cell(tried: Tried, speed: int, best: str) -> str:
    seconds = _seconds(tried, speed)
    shown = f"**{seconds.strip()}**" if seconds == best else seconds.strip()
    return f"{shown} ({tried.picked}, {tried.part:.0%})" if tried.way == AUTO else shown


def _machine() -> str:
    found = machine.describe()
    return f"{found['cpu']}, {found['cores']} cores, {found['os']}, {found['python']}"


if __name__ == "__main__":
    main()
