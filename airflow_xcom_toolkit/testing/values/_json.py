"""JSON: such as every database keeps, and such as some way to some database changes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from ._example import Make, family


def deep(levels: int) -> list[Any]:
    """Lists in lists."""
    made: list[Any] = []
    for _ in range(levels):
        made = [made]
    return made


_KEPT: dict[str, Make] = {
    "None": lambda: None,
    "true and false": lambda: [True, False],
    "zero": lambda: 0,
    "false": lambda: False,
    "an empty text": lambda: "",
    "an empty list": lambda: [],
    "an empty dict": lambda: {},
    "an int": lambda: 17,
    "ints of 64 bits": lambda: [2**63 - 1, -(2**63), 2**64 - 1],
    "a float": lambda: 0.1,
    "floats": lambda: [0.5, -1.25e-7, 1e15, 5e-324, 1.0, 0.0],
    "text": lambda: "é \N{SNOWMAN} \N{GRINNING FACE}\n\t\"'\\",
    "a text that looks like JSON": lambda: '{"a": [1, null]}',
    "a text that looks like a path": lambda: "s3://bucket/dag/run/task/key.json",
    "a list of all sorts": lambda: [None, True, 1, 1.5, "x", [], {}],
    "a dict": lambda: {"": None, "a": {"b": [1, 2]}, "key": "x"},
    "a dict with a reserved word as a value": lambda: {"a": "__classname__"},
    "a dict with the mark of a tree as its key": lambda: {"~": "py.tuple@1", "of": [1]},
    "a dict with one of two reserved keys": lambda: {"__type": "dict"},
    "lists nested 30 deep": lambda: deep(30),
}

_CHANGED: dict[str, Make] = {
    "a whole float": lambda: 1.0,
    "an int of 64 bits": lambda: 2**63,
    "negative zero": lambda: -0.0,
    "negative zero in a list": lambda: [-0.0, 1.5],
    "a float that prints with an exponent": lambda: [1e300, -1e16],
    "NaN and infinities": lambda: [float("nan"), float("inf"), float("-inf")],
    "an int beyond 64 bits": lambda: [2**64, -(2**63) - 1],
    "an int of 10,000 digits": lambda: 10**10_000 + 1,
    "NUL in a text": lambda: "a\x00b",
    "NUL in a key": lambda: {"a\x00": 1},
    "a lone surrogate": lambda: "a\ud800",
    "a lone surrogate in a key": lambda: {"\udfff": 1},
    "two surrogates that JSON joins": lambda: ["\ud83d\ude00", {"\ud83d\ude00": 1}],
    "a dict that looks like one of Airflow's": lambda: {"__classname__": "builtins.tuple", "__data__": [1]},
    "a dict that looks like one of Airflow's old ones": lambda: {"__var": {"a": 1}, "__type": "dict"},
    "a dict with the key of an id": lambda: [{"__id__": 1}],
    "a dict that looks like an envelope": lambda: {
        "__data__": {"tree": "1"},
        "__version__": 1,
        "__classname__": "airflow_xcom_toolkit.Envelope",
    },
    "a descriptor next to a tuple": lambda: [(), {"~": "py.tuple@1", "of": []}],
    "an OrderedDict out of order": lambda: OrderedDict([("b", 1), ("a", OrderedDict(z=1, y=2)), ("", 3)]),
    "lists nested 100 deep": lambda: deep(100),
    "lists nested 500 deep": lambda: deep(500),
}

_LARGE: dict[str, Make] = {
    "a text of 3 MB": lambda: "é \N{SNOWMAN} " * 500_000,
    "a list of 50,000 ints": lambda: list(range(50_000)),
}

KEPT = family("json", _KEPT)
CHANGED = family("json", _CHANGED)
LARGE = family("json", _LARGE)
