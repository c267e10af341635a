"""The dags whose XComs the contract pushes and pulls, on a started Airflow. Their tasks never run."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, BaseOperator


class Task(BaseOperator):
    """Stands for a task: what counts are its ids."""

    def __init__(self, *, number: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = number


def _dag(dag_id: str) -> DAG:
    with DAG(dag_id, schedule=None) as dag:
        Task(task_id="task")
        Task(task_id="other_task")
        Task.partial(task_id="mapped").expand(number=[0, 1, 2, 3, 4])
    return dag


contract_dag = _dag("contract_dag")
other_dag = _dag("other_dag")
