"""Prints the rule for a store, and how to apply it."""

from __future__ import annotations

import argparse
from datetime import timedelta
from urllib.parse import urlsplit

from ..arguments import duration
from ..command import UsageError
from ..configured import settings_here, store_urls
from ..console import DONE, Consoles, run
from .rules import FILE, Rule

_DAY = timedelta(days=1)
_KINDS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl", "adls", "wasb", "wasbs"), "azure"),
}


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return run(args, _work)


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    after, expire = _days("--after", args.after), _days("--expire", args.expire) if args.expire else None
    kind, bucket, prefix = _place(args.store, args.kind)
    rule = Rule(bucket, prefix, after, expire)
    consoles.json(rule.json(kind))
    show, apply = rule.commands(kind)
    consoles.errors.print(
        f"It takes the place of all rules that there are. Look at them first, and join them:\n  {show}\n"
        f"Save it as {FILE}, and apply it:\n  {apply}",
        soft_wrap=True,
        markup=False,
        highlight=False,
    )
    if expire:
        consoles.warning(
            f"Objects go after {expire} days, whether or not a row refers to them: a pull, a retry or a cleared task "
            "that needs an older value fails then. Rows must go before: run airflow db clean for what is that old."
        )
    return DONE


def _place(store: str, wanted: str | None) -> tuple[str, str, str]:
    """The kind of the store, its bucket, and the prefix of its objects."""
    urls = store_urls(settings_here())
    if store not in urls:
        raise UsageError(f"--store: there is no store {store!r}; configured: {', '.join(urls)}")
    url = urlsplit(urls[store])
    kind = _KINDS.get(url.scheme)
    if kind is None and wanted is None:
        raise UsageError(
            f"Store {store!r} is of local files, or of a kind without such rules ({url.scheme or 'a path'}); gc is "
            "enough there. --for s3, gcs or azure prints the rule of another kind, to copy from."
        )
    if kind is None or (wanted and wanted != kind):
        return str(wanted), "BUCKET", "PREFIX/"
    below = url.path.strip("/")
    return kind, url.netloc.rpartition("@")[2], f"{below}/" if below else ""


def _days(flag: str, text: str) -> int:
    found = duration(flag, text)
    if found < _DAY or found % _DAY:
        raise UsageError(f"{flag}: {text!r} is not a number of whole days, which lifecycle rules count; write 7d or 2w")
    return found.days
