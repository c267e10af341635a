"""XComs fill in the fields of operators: ``{{ ti.xcom_pull(...) }}`` in a template is replaced when the task starts.

- `look_up_order` returns an order, as a dict; `look_up_discount` returns nothing.
- `announce` is a `BashOperator`. Its `env` is templated: `{{ ti.xcom_pull(task_ids="look_up_order")["customer"] }}`
  is one part of the dict. The command reads the values from `env` in quotes; a value in the command itself could run
  as code.
- `write_letter` is an operator of our own. Any operator can name fields in `template_fields`; this one has a **text**
  with a loop, a filter and a condition in Jinja, and a **number**.

**Look for** the Rendered Templates tab of `announce` and `write_letter`: it shows the fields as they were filled in.
(With encrypted XComs, what comes from one is `***` there and in logs; the tasks get the real values.) A template
gives text: the `total` of `write_letter` came as the text `'41.5'`, and the task turns it into a number. An argument
of another task (`look_up_order.output`) would keep its type.

A task that pushed nothing gives `None`, and `None["customer"]` fails the task with an `UndefinedError`; so give such
a value another with `or`, as the letter does.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import BaseOperator, dag, task

LETTER = """\
{%- set order = ti.xcom_pull(task_ids="look_up_order") -%}
Dear {{ order["customer"] | title }},
{% for item in order["items"] -%}
- {{ item }}
{% endfor -%}
{% if order["total"] > 40 %}Shipping is free.{% else %}Shipping is 5.{% endif %}
Discount: {{ ti.xcom_pull(task_ids="look_up_discount") or 0 }}
Ordered on {{ ds }}."""


class LetterOperator(BaseOperator):
    """Writes a letter. Airflow renders the fields in ``template_fields`` before it calls ``execute``."""

    template_fields = ("text", "total")

    def __init__(self, *, text: str, total: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.text = text
        self.total = total

    def execute(self, context: Any) -> dict[str, Any]:
        return {"lines": self.text.splitlines(), "total came as": self.total, "total": float(self.total)}


@task(multiple_outputs=False)
def look_up_order() -> dict[str, Any]:
    return {"customer": "ada lovelace", "items": ["tea", "coffee"], "total": 41.5}


@task
def look_up_discount() -> None:
    """This customer has none."""


@dag(
    "07_01_04_xcom_with_templates",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_with_templates() -> None:
    announce = BashOperator(
        task_id="announce",
        bash_command='echo "$CUSTOMER ordered for $TOTAL"',
        env={
            "CUSTOMER": '{{ ti.xcom_pull(task_ids="look_up_order")["customer"] }}',
            "TOTAL": '{{ "%.2f" | format(ti.xcom_pull(task_ids="look_up_order")["total"]) }}',
        },
        append_env=True,
    )
    write_letter = LetterOperator(
        task_id="write_letter", text=LETTER, total='{{ ti.xcom_pull(task_ids="look_up_order")["total"] }}'
    )
    order = look_up_order()
    order >> announce
    [order, look_up_discount()] >> write_letter


xcom_with_templates()
