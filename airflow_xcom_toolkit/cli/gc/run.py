"""Runs ``gc``: finds, reports, and deletes if asked to."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from ...metadata import RowStore
from .. import words
from ..command import UsageError
from ..configured import settings_here, store_urls
from ..console import DONE, WRONG, Consoles, run
from ..progress import counting
from . import report
from .deleting import Deleted, Deleting
from .finding import Finding
from .folders import remove_empty
from .ledger import ORPHAN, ledger
from .marking import Marks
from .options import Options
from .stores import Stores


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return run(args, _work, interrupted="What is deleted already was an orphan; run it again to go on.")


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    options = Options.of(args)
    settings = settings_here()
    urls = store_urls(settings)
    if options.store not in (None, *urls):
        raise UsageError(f"--store: there is no store {options.store!r}; configured: {', '.join(urls)}")
    RowStore.connected()  # Without a database, nothing is listed in vain.
    return collect(options, Stores.configured(urls), RowStore.connected, consoles, settings.storage_attempts)


def collect(
    options: Options, stores: Stores, connect: Callable[[], RowStore], consoles: Consoles, attempts: int = 1
) -> int:
    """The exit code."""
    started = time.time()
    with ledger() as objects:
        finding = Finding(stores, options, objects, consoles.errors, attempts)
        finding.look()
        marks = finding.mark(connect)
        if not options.json:
            consoles.output.print(*report.found(finding, marks), sep="\n")
        _write_list(finding)
        is_sound = _judge(finding, marks, consoles)
        deleted = Deleted()
        if options.delete and is_sound:
            deleted = _delete(finding, attempts, consoles)
            for store in stores.named(options.store):
                remove_empty(store, started - options.grace.total_seconds())
        if options.json:
            consoles.json(report.as_json(finding, marks, deleted))
        elif text := report.ended(finding, deleted):
            consoles.output.print(text)
        return DONE if is_sound and not deleted.failed else WRONG


def _judge(finding: Finding, marks: Marks, consoles: Consoles) -> bool:
    """Whether what no row refers to may be deleted; what speaks against it is told."""
    for name, count in marks.unknown.items():
        consoles.warning(
            f"{words.count(count, 'row')} {'refers' if count == 1 else 'refer'} to store {name!r}, which is not "
            "configured here. Their objects are kept in whichever store they are; add it to [xcom_toolkit] stores."
        )
    if marks.unreadable_rows:
        _tell_unreadable(marks, consoles)
        return False
    return not finding.options.delete or _are_used(finding, marks, consoles)


def _tell_unreadable(marks: Marks, consoles: Consoles) -> None:
    for problem in marks.unreadable:
        consoles.problem(problem)
    if more := marks.unreadable_rows - len(marks.unreadable):
        consoles.problem(f"and {words.count(more, 'row')} more")
    consoles.problem(
        f"{words.count(marks.unreadable_rows, 'row')} cannot be read, and may refer to any object: nothing is deleted. "
        "Upgrade the toolkit here if a newer one wrote them; delete the XComs if they are damaged."
    )


def _are_used(finding: Finding, marks: Marks, consoles: Consoles) -> bool:
    """Whether each store with orphans has a row that refers to it: or else the database may be another's."""
    unused = sorted(finding.ledger.stores_with_orphans() - marks.in_use)
    if not unused or finding.options.allow_unused_store:
        return True
    consoles.problem(
        f"No row of this database refers to anything in store {', '.join(map(repr, unused))}: nothing is deleted. Is "
        "this the database, and that the path, of one deployment? If so, and no XCom is left there, give "
        "--allow-unused-store."
    )
    return False


def _write_list(finding: Finding) -> None:
    path = finding.options.list_to
    if path is None:
        return
    urls = {store.name: store.url for store in finding.stores}
    try:
        with path.open("w", encoding="utf-8") as file:
            for batch in finding.ledger.orphans():
                file.writelines(f"{urls[orphan.store]}/{orphan.key}\n" for orphan in batch)
    except OSError as e:
        raise UsageError(f"--list: {path} could not be written ({e.strerror})") from e


def _delete(finding: Finding, attempts: int, consoles: Consoles) -> Deleted:
    deleting = Deleting(finding.stores, attempts, consoles.problem)
    with counting(consoles.errors, "deleting", finding.ledger.counts(ORPHAN)[0]) as progress:
        for batch in finding.ledger.orphans():
            if not deleting.delete(batch):
                consoles.problem("Nothing of a whole batch could be deleted; the rest is not tried.")
                break
            progress.advance(len(batch))
    return deleting.done
