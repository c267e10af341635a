"""The names in the code, on the page, in the mapping, in the dashboard and in the alerts are the same."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_xcom_toolkit import errors
from airflow_xcom_toolkit.observe import names
from tests.unit.observe.every import every_name

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "how-to" / "monitor.md").read_text()
MAPPINGS: list[dict[str, Any]] = yaml.safe_load((DOCS / "grafana" / "statsd-mapping.yml").read_text())["mappings"]
DASHBOARD: dict[str, Any] = json.loads((DOCS / "grafana" / "xcom-toolkit.json").read_text())
RULES: list[dict[str, Any]] = yaml.safe_load((DOCS / "grafana" / "alerts.yml").read_text())["groups"][0]["rules"]

PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]] + [rule["expr"] for rule in RULES]

_METRIC = re.compile(r"(airflow_xcom_toolkit_\w+)(?:{([^}]*)})?")


def _mapped(name: str) -> list[tuple[str, dict[str, str]]]:
    """The metrics and labels of Prometheus that statsd_exporter makes of a name."""
    found = []
    for mapping in MAPPINGS:
        pattern = re.escape(mapping["match"]).replace(r"\*", "([^.]+)")
        if match := re.fullmatch(pattern, f"airflow.{name}"):
            labels = {label: match[int(group[1:])] for label, group in mapping.get("labels", {}).items()}
            found.append((mapping["name"], labels))
    return found


LABELS: dict[str, dict[str, set[str]]] = {}
"""Of each metric of Prometheus, the values of each label."""
for _name in every_name():
    for _metric, _found in _mapped(_name):
        _known = LABELS.setdefault(_metric, {label: set() for label in _found})
        for _label, _value in _found.items():
            _known[_label].add(_value)


@pytest.mark.parametrize("name", every_name())
def test_each_name_is_mapped_once(name: str) -> None:
    [(metric, _)] = _mapped(name)
    assert metric.endswith("_seconds" if "time" in name else "_total")


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_asks_for_what_there_is(query: str) -> None:
    for name, selected in _METRIC.findall(query):
        metric = name.removesuffix("_bucket")
        assert metric in LABELS
        for label, operator, value in re.findall(r'(\w+)(=~?)"([^"]*)"', selected):
            known = _error_names() if label == "error" else LABELS[metric][label]
            assert set(value.split("|") if operator == "=~" else [value]) <= known
        for by in re.findall(r"by \(([^)]*)\)", query):
            assert set(by.split(", ")) - {"le"} <= set(LABELS[metric])


def test_every_metric_is_in_the_dashboard() -> None:
    asked = {name.removesuffix("_bucket") for query in QUERIES for name, _ in _METRIC.findall(query)}
    assert asked == set(LABELS)


def test_the_dashboard_can_be_imported() -> None:
    """Panels have ids of their own and do not overlap; each asks the data source that is chosen."""
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]} == {"${datasource}"}
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource"]


def test_the_page_lists_the_names_of_the_code() -> None:
    listed = set(re.findall(r"^\| `(xcom_toolkit\.[^`]+)` \| (counter|timer)", PAGE, re.M))
    assert listed == {(name, "counter") for name in names.COUNTERS} | {(name, "timer") for name in names.TIMERS}


@pytest.mark.parametrize(
    ("part", "known"),
    [
        ("action", names.ACTIONS),
        ("place", names.PLACES),
        ("part", names.PARTS),
        ("stage", [stage for stages in names.STAGES.values() for stage in stages]),
        ("outcome", names.OUTCOMES),
        ("verb", names.VERBS),
    ],
)
def test_the_page_lists_what_a_part_of_a_name_may_be(part: str, known: Any) -> None:
    [listed] = re.findall(rf"^\| `{part}` \| (.*) \|$", PAGE, re.M)
    assert [word for word in re.findall(r"`(\w+)`", listed) if word != "BaseXCom"] == list(known)


def test_the_page_lists_the_metrics_of_prometheus_with_their_labels() -> None:
    listed = re.findall(r"^\| `(airflow_xcom_toolkit_\w+)`[^|]*\| (.*)\|$", PAGE, re.M)
    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in listed} == {
        name: set(labels) for name, labels in LABELS.items()
    }


def test_the_page_explains_every_alert() -> None:
    assert re.findall(r"^\| `(XCom\w+)`", PAGE, re.M) == [rule["alert"] for rule in RULES]


def _error_names() -> set[str]:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
    return {names.error_name(kind.__new__(kind)) for kind in kinds}
