"""The check ``keys``: which there are, whether they seal and unseal, and which rows they do not open."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import chain, islice
from typing import Any

from ...envelope import is_envelope
from ...errors import ConfigurationError, XComToolkitError
from .. import words
from .finding import Blocked, Finding, failed, first_line, named, note, ok, skipped, warning
from .here import Here

SAMPLE = 1000
RECENT = timedelta(days=1)


def check(here: Here) -> Iterator[Finding]:
    ring = None
    if here.settings.has_keys:
        try:
            ring = here.settings.keys
        except ConfigurationError as e:
            yield failed(first_line(e), _CORRECT)
            return
        except Exception as e:
            yield failed(f"There are no keys: asking for them fails with {named(e)}.", _CORRECT)
            return
        yield _told(ring)
    yield from _seals(here, ring)
    yield from _rows(here, ring)


_CORRECT = (
    "Correct fernet_keys or key_provider where they are set. A key is made by airflow xcom-toolkit keygen; a key "
    "provider is a class in a module that can be imported here."
)


def _told(ring: Any) -> Finding:
    others = [name for name in ids(ring) if name != ring.primary_id]
    opens = f"; these decrypt, too: {', '.join(others)}" if others else ""
    text = f"{words.count(len(ring), 'key')}: {ring.primary_id} encrypts{opens}."
    return ok(text, primary=ring.primary_id, key_ids=ids(ring))


def ids(ring: Any) -> list[str]:
    """All key ids, the one that encrypts first."""
    return repr(ring).removeprefix("KeyRing(").removesuffix(")").split(", ")


def _seals(here: Here, ring: Any) -> Iterator[Finding]:
    encryption = here.pipeline.encryption
    if encryption is None:
        yield note(f"{here.backend.__name__} does not encrypt here" + (", though there are keys." if ring else "."))
        return
    plaintext = os.urandom(32)
    try:
        opened = encryption.unseal(encryption.seal(plaintext))
    except XComToolkitError as e:
        yield failed(first_line(e), "Every push fails until there is a key: airflow xcom-toolkit keygen makes one.")
        return
    if opened == plaintext:
        yield ok("What is sealed here opens here.")
    else:
        yield failed("What is sealed here opens as something else.", "Look at the encryption of your own backend.")


def _rows(here: Here, ring: Any) -> Iterator[Finding]:
    try:
        rows = here.rows
    except Blocked as e:
        yield skipped(
            f"Which rows the keys open is not known: {e}",
            "To know: doctor --only keys where both are, the keys and the database.",
        )
        return
    found, plain, total = _counted(here, rows)
    some = "all" if here.all_rows else "some"
    known = set(ids(ring)) if ring else set()
    unknown = {name: count for name, count in found.items() if name not in known}
    told = {"rows": total, "by_key": dict(found), "plain_rows": plain}
    for name, count in sorted(unknown.items()):
        yield failed(
            f"{words.count(count, 'row')} of {total:,} ({some} of those there are) need the key {name}, which is not "
            "here: their pull fails.",
            f"Put {name} behind the newest key in [xcom_toolkit] fernet_keys, or let the key provider give it, too.",
            **told,
        )
    if not unknown:
        sealed = ", ".join(f"{count:,} by {name}" for name, count in sorted(found.items())) or "none is encrypted"
        yield ok(f"{words.count(total, 'row')} looked at ({some} of those there are): {sealed}.", **told)
    if plain and here.pipeline.encryption is not None and here.settings.plaintext_rows == "reject":
        yield warning(
            f"{words.count(plain, 'row')} of {total:,} are not encrypted; with plaintext_rows = reject, a pull fails.",
            "Set plaintext_rows = warn until such rows are gone, or are encrypted by airflow xcom-toolkit migrate.",
        )


def _counted(here: Here, rows: Any) -> tuple[Counter[str], int, int]:
    """Rows by key id, how many are not encrypted, and how many were looked at."""
    by_key: Counter[str] = Counter()
    plain = total = 0
    seen: set[Any] = set()
    for row in rows.scan() if here.all_rows else _some(rows):
        if not here.all_rows:
            if (row.table, row.identity) in seen:
                continue
            seen.add((row.table, row.identity))
        total += 1
        used = key_ids(row.value)
        plain += not used
        by_key.update(used)
    return by_key, plain, total


def _some(rows: Any) -> Iterator[Any]:
    """Old ones, which may need old keys, and new ones."""
    from ...metadata import Selection

    recent = Selection(since=datetime.now(timezone.utc) - RECENT)
    return chain(islice(rows.scan(), SAMPLE), islice(rows.scan(recent), SAMPLE))


def key_ids(row: Any) -> set[str]:
    """The ids of the keys that a row needs."""
    data = row.get("__data__") if is_envelope(row) else None
    if not isinstance(data, Mapping):
        return set()
    parts = [data.get("sealed"), data.get("body"), *(data.get("codecs") or [])]
    found = {part.get("key_id") for part in parts if isinstance(part, Mapping)}
    return {name for name in found if isinstance(name, str)}
