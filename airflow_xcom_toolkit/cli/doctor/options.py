"""The check ``options``: what is in effect, where it comes from, what has no effect, and what does not go together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ...errors import ConfigurationError, XComToolkitError
from ...get_provider_info import option_defaults
from ...settings import SECTION
from .combining import combinations
from .finding import Finding, failed, first_line, named, note, ok, warning
from .here import Here
from .sources import FIELDS, FILE, SENSITIVE, Option, names, sources, variable
from .strays import Stray, airflows_own, stray_options, stray_sections, stray_variables


def check(here: Here) -> Iterator[Finding]:
    yield from overridden(options(here))
    yield from strays()
    try:
        here.backend.settings()
        here.backend.pipeline()
    except XComToolkitError as e:
        yield failed(first_line(e), _remedy(e))
        return
    yield ok("Every option has a value that can be used.")
    yield from combinations(here)


def _remedy(error: XComToolkitError) -> str:
    if isinstance(error, ConfigurationError):
        return f"Correct it where it is set: {_where(error.option)}. Every push and pull fails until then."
    return "The message says what to do. Every push and pull fails until then."


def _where(option: str) -> str:
    from ...compat import conf

    section, name = next((pair for pair in names() if ".".join(pair) == option), (SECTION, option))
    return ", ".join(sources(section, name, conf)) or f"nothing sets it yet ({option})"


def options(here: Here) -> list[Option]:
    """Every option that matters, in effect; no secret."""
    from ...compat import conf, declare_sensitive

    for section, name in SENSITIVE:
        declare_sensitive(section, name)
    return [
        Option(section, name, _value(here, conf, section, name), sources(section, name, conf), in_code)
        for section, name in names()
        for in_code in [_in_code(here, section, name)]
    ]


def _value(here: Here, conf: Any, section: str, name: str) -> str:
    if _in_code(here, section, name):
        return str(getattr(here.backend.settings(), FIELDS.get((section, name), name)))
    default = option_defaults().get(name, "") if section == SECTION else ""
    try:
        found = conf.get(section, name, fallback=default)
    except Exception as e:  # A command that fails, a secrets backend that is away.
        return f"(cannot be read: {named(e)})"
    text = (default if found is None else str(found)).strip()
    if (section, name) in SENSITIVE:
        here.redaction.hide(text)
        return _ids(text)
    return text


def _ids(text: str) -> str:
    """What may be told of keys: how many, and their ids."""
    from ...encryption.keys import key_id

    found = []
    for key in filter(None, map(str.strip, text.split(","))):
        try:
            found.append(key_id(key))
        except ConfigurationError:
            found.append("not a key")
    return f"{len(found)}: {', '.join(found)}" if found else ""


def _in_code(here: Here, section: str, name: str) -> str:
    """Which class fixes the option in its ``settings``, if one does."""
    from ...settings import current

    field = FIELDS.get((section, name), name)
    try:
        own, general = here.backend.settings(), current()
    except Exception:  # It is said below, or by another check.
        return ""
    if not hasattr(own, field) or getattr(own, field) == getattr(general, field):
        return ""
    return f"settings() of {here.backend.__qualname__}"


def overridden(found: list[Option]) -> Iterator[Finding]:
    """Where two places set the same option."""
    in_file = []
    for option in found:
        for source in option.overridden:
            if source == FILE and option.source == variable(option.section, option.name):
                in_file.append(option.name)
            else:
                yield note(f"[{option.section}] {option.name} in {source} is not used: {option.source} comes first.")
    if in_file:
        yield note(f"Set in {FILE}, too, and not used, because their variables come first: {', '.join(in_file)}.")


def strays() -> Iterator[Finding]:
    """Names that are not looked for."""
    from ...compat import conf

    is_airflows = airflows_own(conf)
    for stray in stray_variables(os.environ, is_airflows):
        yield _without_effect(f"The environment variable {stray.name} has no effect.", stray, stray.meant in os.environ)
    for stray in stray_sections(conf):
        yield _without_effect(f"Nothing in {stray.name} has an effect.", stray, False)
    for stray in stray_options(conf, is_airflows):
        yield _without_effect(f"{stray.name} is no option, and has no effect.", stray, False)


def _without_effect(text: str, stray: Stray, is_set: bool) -> Finding:
    """A failure where something was meant that is not set."""
    if is_set:
        return warning(text, f"{stray.meant} is set, too, and is in effect. Remove this one.")
    return (failed if stray.meant else warning)(text, stray.remedy)
