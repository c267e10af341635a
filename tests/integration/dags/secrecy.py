"""Secrets, pulled into everything that Airflow keeps: arguments, templates, logs, errors."""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import dag, task

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values

log = logging.getLogger("airflow.task")


# Airflow logs what a task returns before any backend sees it, unless it is told not to.
@task(show_return_value_in_logs=False)
def secret(name: str) -> Any:
    return values.secrets_to_push()[name]


@dag(schedule=None)
def secrecy() -> None:
    pushed = {name: secret.override(task_id=name)(name) for name in values.SECRET_TASKS}

    @task
    def taskflow(text: Any, nested: Any, lines: Any, data: Any, frame: Any, number: Any) -> Any:
        assert_same([text, nested, lines], [values.secrets_to_push()[name] for name in ("text", "nested", "lines")])
        log.info("pulled %s %s %s %s\n%s", text, nested, lines, data, frame)
        print(text, repr(nested), json.dumps(nested), lines, repr(lines), data, number)
        print(frame)
        print(frame["who"].iloc[0], frame.to_dict())
        return text

    def keep(*arguments: Any, frame: Any, number: str, data: bytes) -> list[Any]:
        return [*arguments, frame, number, data]

    taskflow(*(pushed[name] for name in ("text", "nested", "lines", "bytes", "frame", "number")))
    PythonOperator(
        task_id="operator",
        python_callable=keep,
        op_args=[[pushed["text"], pushed["nested"]], pushed["lines"]],
        op_kwargs={"frame": pushed["frame"], "number": pushed["number"], "data": pushed["bytes"]},
    )
    bash = BashOperator(
        task_id="bash",
        env={"SECRET": "{{ ti.xcom_pull(task_ids='env') }}", "LINES": "{{ ti.xcom_pull(task_ids='lines') }}"},
        bash_command='echo $SECRET; echo "$LINES"; echo \'{{ ti.xcom_pull(task_ids="command") }}\'',
        append_env=True,
    )
    [pushed["env"], pushed["lines"], pushed["command"]] >> bash

    @task
    def pull(ti: Any = None) -> None:
        found = ti.xcom_pull(task_ids="printed")
        print(f"found {found!r}")
        log.warning({"found": found})

    pushed["printed"] >> pull()


@dag(schedule=None)
def refusal() -> None:
    @task(show_return_value_in_logs=False)
    def refused() -> Any:
        return {"before": [1], values.canary("refused"): {"bad": object(), "value": values.canary("refused")}}

    @task
    def raising(text: Any) -> None:
        raise ValueError(f"cannot use {text}")

    @task(show_return_value_in_logs=False)
    def in_a_list() -> Any:
        return [values.canary("refused"), lambda: values.canary("refused")]

    refused()
    in_a_list()
    raising(secret.override(task_id="text")("text"))


@dag(schedule=None)
def secrecy_control() -> None:
    """What a search must find: texts that no encrypted XCom ever held."""

    @task
    def argument(text: str) -> None:
        print("log of", values.canary("control-log"))

    argument(values.canary("control-argument"))


assert os.environ["XCOM_TEST_TOKEN"]
secrecy()
refusal()
secrecy_control()
