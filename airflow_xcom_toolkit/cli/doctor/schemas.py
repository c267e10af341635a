"""The check ``schemas``: whether the modules that declare them can be imported."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points

from ...errors import XComToolkitError
from ...schemas.catalogue import GROUP
from .. import words
from .finding import Finding, failed, first_line, named, ok, skipped
from .here import Here


def check(here: Here) -> Iterator[Finding]:
    settings = here.settings
    entries = [entry.value for entry in entry_points(group=GROUP)]
    modules = [*settings.schema_modules, *entries]
    if not modules and not settings.schema_rules:
        yield skipped("There are no schemas: schema_modules is not set, and no package declares any.")
        return
    try:
        declared = settings.catalogue.all()
    except XComToolkitError as e:
        yield failed(first_line(e), "Install the module in the image, or correct its name in schema_modules.")
        return
    except Exception as e:
        yield failed(f"A module that declares schemas fails with {named(e)}.", f"Import each: {', '.join(modules)}")
        return
    names = ", ".join(sorted({f"{one.name} {one.version}" for one in declared}))
    yield ok(f"{words.count(len(declared), 'schema')} of {words.count(len(modules), 'module')}: {names or 'none'}.")
