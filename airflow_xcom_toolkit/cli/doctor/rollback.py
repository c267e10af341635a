"""The checks ``rollback`` and ``database``: the way back, and the metadata database."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ...envelope import CLASSNAME
from .finding import Blocked, Finding, note, ok
from .here import Here

OPTION = "allowed_deserialization_classes"


def check(here: Here) -> Iterator[Finding]:
    """Airflow reads an envelope by its class, where its allow list has that."""
    import re

    from ...compat import conf

    globs = str(conf.get("core", OPTION, fallback="airflow.*")).split()
    regexps = str(conf.get("core", f"{OPTION}_regexp", fallback="")).split()
    if any(fnmatchcase(CLASSNAME, one) for one in globs) or any(re.match(one, CLASSNAME) for one in regexps):
        yield ok("After a roll back, Airflow's own backends can read the rows of the toolkit.", ready=True)
        return
    yield note(
        "After a roll back, Airflow's own backends would refuse to read the rows of the toolkit.",
        f"Before one, set [core] {OPTION} = {' '.join([*globs, 'airflow_xcom_toolkit.*'])}",
        ready=False,
    )


def database(here: Here) -> Iterator[Finding]:
    """Pushing and pulling need none."""
    try:
        rows = here.rows
    except Blocked as e:
        yield note(f"{e} Pushing and pulling need none.", has_database=False)
        return
    archives = f"; archives of airflow db clean: {', '.join(rows.archives)}" if rows.archives else ""
    yield ok(f"The metadata database is here, with {rows.count():,} rows of XComs{archives}.", has_database=True)
