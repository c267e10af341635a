"""7.10 XCom Real-World Patterns: files, an API, a model, a resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from .model import DEFAULT, TOOLKIT, Expected, Such, instances, succeeded


def _deliveries() -> dict[str, Any]:
    names = ["berlin.csv", "boston.csv", "lima.csv", "oslo.csv"]

    def in_one_folder(paths: list[str]) -> bool:
        folders = {str(Path(path).parent) for path in paths}
        return [Path(path).name for path in paths] == names and len(folders) == 1 and _is_gone(folders.pop())

    return {
        "make_folder": Such(str, _is_gone),
        "receive_files": Such(list, in_one_folder),
        "process[0]": {"file": "berlin.csv", "rows": 2, "pieces": 8},
        "process[1]": {"file": "boston.csv", "rows": 1, "pieces": 10},
        "process[3]": {"file": "oslo.csv", "rows": 2, "pieces": 2},
        "summarize": {"files": 3, "rows": 5, "pieces": 20, "failed": ["lima.csv"]},
        "remove_folder": "4 files removed, the folder is gone",
    }


def _is_gone(folder: str) -> bool:
    return Path(folder).name.startswith("deliveries-") and not Path(folder).exists()


def _are_points(kind: type[Any], data: dict[str, Any]) -> bool:
    return data.keys() == {"x", "y"} and all(type(one) is kind and len(one) == 60 for one in data.values())


def _trial(degree: int, penalty: float, train_error: float, error: float) -> dict[str, Any]:
    return {"parameters": {"degree": degree, "penalty": penalty}, "train_error": train_error, "error": error}


def _experiment(sent_as: str, data: Such) -> Expected:
    trials = [_trial(1, 0.0, 0.304, 0.2998), _trial(3, 0.01, 0.0554, 0.0904)]
    trials += [_trial(9, 0.0, 0.0411, 0.4116), _trial(9, 0.01, 0.0515, 0.0815)]
    best = [-0.0905, 2.8946, 0.0019, -2.4449, -0.1648, -1.091, -0.0876, 0.0198, 0.3673, 0.8342]
    weights = [
        [-0.1369, 1.1591],
        [-0.1175, 2.8233, 0.0708, -2.6609],
        Such(list, lambda found: len(found) == 10 and max(map(abs, found)) > 70),
        best,
    ]
    return Expected(
        tasks={**succeeded("prepare", "propose", "select_best", "record"), **instances("train", 4)},
        xcoms={
            "prepare": {"points": 60, "sent as": sent_as},
            "prepare#data": data,
            "propose": [trial["parameters"] for trial in trials],
            **{f"train[{index}]": {**trials[index], "weights": weights[index]} for index in range(4)},
            "select_best": {**trials[3], "weights": best},
            "record": {
                "data": {"points": 60, "sent as": sent_as},
                "trials": trials,
                "best": {"degree": 9, "penalty": 0.01},
                "error": 0.0815,
                "error of the run before": None,
            },
        },
    )


def _cluster(connection: str) -> Expected:
    return Expected(
        tasks={
            **succeeded("start_cluster", "connect", "square", "report", "stop_cluster", "check"),
            "divide": "failed",
        },
        xcoms={
            "start_cluster": {
                "cluster_id": Such(str, lambda name: str(UUID(name)) == name),
                "url": Such(str, lambda url: re.fullmatch(r"http://127\.0\.0\.1:\d+", url) is not None),
            },
            "connect": connection,
            "square": 144,
            "report": f"the square is 144; a connection is {connection}",
            "stop_cluster": "stopped after 2 jobs",
            "check": "ConnectionRefusedError",
        },
        logs={"divide": "ZeroDivisionError"},
    )


EXPECTED: Mapping[str, Expected | Mapping[str, Expected]] = {
    "07_10_01_file_processing_pipeline_xcom": Expected(
        tasks={
            **succeeded("make_folder", "receive_files", "summarize", "remove_folder"),
            **instances("process", 4),
            "process[2]": "failed",
        },
        xcoms=_deliveries(),
        logs={"process": "line 3: 'many' is no number of pieces"},
    ),
    "07_10_02_api_response_chaining": Expected(
        tasks={
            **succeeded("plan_pages", "collect_ids", "add_up"),
            **instances("fetch_page", 2),
            **instances("fetch_tasks", 2),
        },
        xcoms={
            "plan_pages": [0, 1],
            "fetch_page[0]": {
                "offset": 0,
                "total_entries": 2,
                "dags": [{"dag_id": "flights", "schedule": None}],
            },
            "fetch_page[1]": {
                "offset": 1,
                "total_entries": 2,
                "dags": [{"dag_id": "xcom_maintenance", "schedule": "0 0 * * *"}],
            },
            "collect_ids": ["flights", "xcom_maintenance"],
            "fetch_tasks[0]": {"dag_id": "flights", "tasks": ["clean", "features", "load", "publish", "report"]},
            "fetch_tasks[1]": {"dag_id": "xcom_maintenance", "tasks": ["collect_garbage"]},
            "add_up": {
                "dags": {
                    "flights": {"schedule": None, "tasks": 5},
                    "xcom_maintenance": {"schedule": "0 0 * * *", "tasks": 1},
                },
                "tasks": 6,
            },
        },
    ),
    "07_10_03_data_quality_results_xcom": Expected(
        tasks={
            **succeeded("load_orders", "aggregate", "decide", "quarantine", "alert", "conclude"),
            **instances("check", 3),
            "publish": "skipped",
        },
        xcoms={
            "load_orders": [
                {"id": 1, "customer": "ada", "pieces": 3},
                {"id": 2, "customer": None, "pieces": 1},
                {"id": 3, "customer": "bo", "pieces": -4},
                {"id": 4, "customer": "cy", "pieces": 2},
                {"id": 4, "customer": "cy", "pieces": 2},
            ],
            "check[0]": {"rule": "complete", "rows": 5, "failed": [2]},
            "check[1]": {"rule": "unique", "rows": 5, "failed": [4]},
            "check[2]": {"rule": "plausible", "rows": 5, "failed": [3]},
            "aggregate": {
                "level": "bad",
                "bad share": 0.8,
                "bad": [2, 3, 4],
                "findings": {"complete": [2], "unique": [4], "plausible": [3]},
            },
            "decide#skipmixin_key": {"followed": Such(list, lambda way: sorted(way) == ["alert", "quarantine"])},
            "quarantine": [2, 3, 4],
            "alert": "Orders are bad: 80% of the rows (complete: 1 of them; unique: 1 of them; plausible: 1 of them)",
            "conclude": "published: None, held back: 3",
        },
    ),
    "07_10_04_ml_model_parameters_xcom": {
        DEFAULT: _experiment("lists", Such(dict, partial(_are_points, list))),
        TOOLKIT: _experiment("arrays", Such(dict, partial(_are_points, np.ndarray))),
    },
    "07_10_05_resource_handle_passing": {
        DEFAULT: _cluster("refused: TypeError"),
        TOOLKIT: _cluster("refused: UnsupportedTypeError"),
    },
}
