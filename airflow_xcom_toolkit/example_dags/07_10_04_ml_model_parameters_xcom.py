"""A model is trained with several settings at once, the best one is kept, and the experiment is recorded.

The model is real, though small: a ridge regression on powers of `x`, solved with numpy, for 60 noisy points of a curve.

- `prepare` makes the data and pushes it under the key `data`, for all that train.
- `propose` returns the **hyperparameters** to try, a list of dicts.
- `train` is mapped over that list, with the same data for each. It returns its **metrics** beside the parameters and
  the weights, because a mapped task's results come as a list without the arguments.
- `select_best` takes the one with the smallest error on the points that no model has seen.
- `record` writes down the **experiment**: data, every trial, the best one, and the error of the run before, which it
  pulls with `include_prior_dates=True`. So XComs are enough to track one experiment over time; for a thousand of them
  take an experiment tracker, and push the id of its run.

**With Airflow's default backend** an array is refused (`TypeError: Cannot serialize object of type <class
'numpy.ndarray'>`). So `prepare` falls back to lists of numbers, and says so: look at its `return_value`. With the
toolkit the arrays travel as they are. Who trains calls `np.asarray`, which takes both. The weights of the models are
lists by choice: small, readable in the UI, and the same everywhere.

**Needs** `pip install "airflow-xcom-toolkit[numpy]"`.

**Look for** the four trials in the XCom of `record`. The ninth power without a penalty has the smallest error in
training, 0.0411, and the largest on new points, 0.4116: `train_error` would have taken the wrong model. With a penalty
the same power is the best one, 0.0815.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import dag, task

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

Trial = dict[str, Any]


@task(multiple_outputs=False)
def prepare(ti: Any = None) -> dict[str, Any]:
    """Pushes the data, and returns what it is like."""
    import numpy as np

    numbers = np.random.default_rng(7)
    x = numbers.uniform(-1, 1, 60)
    data = {"x": x, "y": np.sin(3 * x) + numbers.normal(0, 0.3, 60)}
    try:
        ti.xcom_push(key="data", value=data)
        sent_as = "arrays"
    except TypeError as refused:
        print(f"the backend keeps no arrays: {refused}")
        ti.xcom_push(key="data", value={name: array.tolist() for name, array in data.items()})
        sent_as = "lists"
    return {"points": len(x), "sent as": sent_as}


@task
def propose() -> list[dict[str, float]]:
    """Degree of the polynomial, and the penalty for large weights."""
    return [
        {"degree": 1, "penalty": 0.0},
        {"degree": 3, "penalty": 0.01},
        {"degree": 9, "penalty": 0.0},
        {"degree": 9, "penalty": 0.01},
    ]


@task(multiple_outputs=False)
def train(parameters: dict[str, float], data: dict[str, Any]) -> Trial:
    """Learns from the first 20 points; the other 40 say how good that is."""
    import numpy as np

    x, y = np.asarray(data["x"]), np.asarray(data["y"])
    powers = np.vander(x, int(parameters["degree"]) + 1, increasing=True)
    known, target = powers[:20], y[:20]
    weights = np.linalg.solve(known.T @ known + parameters["penalty"] * np.eye(known.shape[1]), known.T @ target)
    return {
        "parameters": parameters,
        "train_error": mean_square(known @ weights - target),
        "error": mean_square(powers[20:] @ weights - y[20:]),
        "weights": weights.round(4).tolist(),
    }


def mean_square(differences: np.ndarray) -> float:
    """A `float` of Python, not of numpy: it prints and compares the same everywhere."""
    return round(float((differences**2).mean()), 4)


@task(multiple_outputs=False)
def select_best(trials: Iterable[Trial]) -> Trial:
    return min(trials, key=lambda trial: trial["error"])


@task(multiple_outputs=False)
def record(data: dict[str, Any], trials: Iterable[Trial], best: Trial, ti: Any = None) -> dict[str, Any]:
    """Everything that is needed to say later why this model was taken."""
    previous = ti.xcom_pull(task_ids="record", include_prior_dates=True)
    for trial in trials:
        print(f"{trial['parameters']}: {trial['train_error']} in training, {trial['error']} on new points")
    return {
        "data": data,
        "trials": [{name: trial[name] for name in ("parameters", "train_error", "error")} for trial in trials],
        "best": best["parameters"],
        "error": best["error"],
        "error of the run before": previous["error"] if previous else None,
    }


@dag(
    "07_10_04_ml_model_parameters_xcom",
    schedule=None,
    tags=["reference", "patterns", "advanced", "success"],
    doc_md=__doc__,
)
def ml_model_parameters_xcom() -> None:
    prepared: Any = prepare()
    trials = train.partial(data=prepared["data"]).expand(parameters=propose())
    record(prepared, trials, select_best(trials))


ml_model_parameters_xcom()
