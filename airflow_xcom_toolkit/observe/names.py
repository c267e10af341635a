"""The names of the metrics, as Airflow's stats get them. ``docs/how-to/monitor.md`` says what each means."""

from __future__ import annotations

import re

VALUES = "xcom_toolkit.{action}.values.{place}"
BYTES = "xcom_toolkit.{action}.bytes.{part}"
TIME = "xcom_toolkit.{action}.time"
STAGE_TIME = "xcom_toolkit.{action}.stage_time.{stage}"
FAILURES = "xcom_toolkit.{action}.failures.{error}"
PLAINTEXT_ROWS = "xcom_toolkit.pull.plaintext_rows"
CACHE = "xcom_toolkit.cache.{outcome}"
RETRIES = "xcom_toolkit.storage.retries.{verb}"

COUNTERS = (VALUES, BYTES, FAILURES, PLAINTEXT_ROWS, CACHE, RETRIES)
TIMERS = (TIME, STAGE_TIME)

ACTIONS = ("push", "pull", "purge")
PLACES = ("plain", "in_row", "offloaded", "foreign")
PARTS = ("row", "object")
STAGES = {"push": ("dump", "encode", "store"), "pull": ("fetch", "decode", "load")}
OUTCOMES = ("hits", "misses")
VERBS = ("write", "read", "delete")

_LONGEST = 80


def error_name(error: BaseException) -> str:
    """``IntegrityError`` is ``integrity_error``: its class alone, as every receiver of metrics takes it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type(error).__name__)
    return re.sub(r"[^a-z0-9_]", "_", words.lower())[:_LONGEST]
