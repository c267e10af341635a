# make demo     the example dag in a real Airflow, on real data, measured
# make test     everything: lint, types, tests, on real stores and databases; the other Airflows in short
# make matrix   the contract and the end-to-end dags on each Airflow and Python, and all there is on each store
# make test-examples  the 57 examples in started Airflows, with both backends
# make servers  what the tests' servers need, by apt and npm
#
# Python 3.11 or newer, make and the package registries are all they need. PYTHON=python3.12 picks another Python.

PYTHON ?= python3
BIN := .venv/bin

DEMO := -e '.[pandas]' --group demo -c constraints/airflow-3.3.txt
TEST := -e '.[pandas,polars,zstd,lz4,snappy,s3,bench,testing]' --group test -c constraints/airflow-3.3.txt
STORES := '.[all,testing]' --group stores -c constraints/wheel.txt

PYTEST := AIRFLOW_HOME=$(CURDIR)/.venv/airflow $(BIN)/python -m pytest
IN_ORDER := --dist loadscope --no-loadscope-reorder
SIDE_BY_SIDE := -n 2 $(IN_ORDER)
# Tests of stores wait more than they compute.
WAITING := -n 4 $(IN_ORDER)
AROUND_AIRFLOW := tests/databases tests/hosts tests/matrix
EXAMPLES := tests/examples/test_in_airflow.py tests/examples/test_found_by_airflow.py

# Tests of stores, and the examples, run against the wheel, in a folder where the checkout is on no path. What takes
# longest begins first.
ON_STORES := $(addprefix tests/contract/test_on_,s3.py azure.py gcs.py memory.py)
IN_FULL := $(addprefix tests/contract/full_on_,copies.py s3.py gcs.py azure.py)
PYTEST_WHEEL := cd .venv-wheel/run && AIRFLOW_HOME=$(CURDIR)/.venv-wheel/airflow \
	XCOM_TOOLKIT_SERVERS=$(CURDIR)/.servers XCOM_TOOLKIT_WHEEL=$$(echo $(CURDIR)/.venv-wheel/dist/*.whl) \
	$(CURDIR)/.venv-wheel/bin/python -m pytest

# uv is quick; pip is there for indexes and certificates that are configured for pip alone.
install = $(BIN)/uv pip install --quiet --compile-bytecode --python $(1) $(2) \
	|| $(BIN)/python -m pip --quiet --python $(1) install $(2)

.PHONY: demo test test-in-airflow test-other-airflows test-around-airflow test-examples matrix servers wheel constraints clean

demo: .venv/.demo
	@PYTHONUTF8=1 $(BIN)/python -m airflow_xcom_toolkit.demo

test: .venv/.test wheel
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) $(SIDE_BY_SIDE) $(addprefix --ignore=,tests/integration $(AROUND_AIRFLOW) $(ON_STORES) tests/stores $(EXAMPLES))
	$(PYTEST_WHEEL) $(WAITING) -m 'not matrix_only' $(ON_STORES) tests/stores
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target --old-file=wheel \
		test-in-airflow test-other-airflows test-around-airflow test-examples

test-in-airflow: .venv/.test
	$(PYTEST) tests/integration

test-around-airflow: .venv/.test
	$(PYTEST) $(AROUND_AIRFLOW)

test-examples: wheel
	$(PYTEST_WHEEL) $(EXAMPLES)

test-other-airflows: .venv/.test
	$(BIN)/python -m tests.matrix --short

matrix: .venv/.test wheel
	$(PYTEST_WHEEL) $(SIDE_BY_SIDE) $(ON_STORES) $(IN_FULL) tests/stores
	$(BIN)/python -m tests.matrix

.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 10) and sys.exit("Python 3.10 or newer is needed, and 3.11 for make test: PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip uv
	@touch $@

.venv/.demo: .venv/.uv pyproject.toml constraints/airflow-3.3.txt
	@echo "Airflow and the project are installed into .venv; this takes a minute or two."
	@$(call install,$(BIN)/python,$(DEMO))
	@touch $@

.venv/.test: .venv/.uv .servers/.installed pyproject.toml constraints/airflow-3.3.txt
	@echo "Airflow, the project and what tests it are installed into .venv; this takes a minute or two."
	@$(call install,$(BIN)/python,$(TEST))
	@touch $@ .venv/.demo

.venv-wheel/.test: .venv/.uv pyproject.toml constraints/wheel.txt
	@echo "Airflow, the libraries of all stores and what tests them are installed into .venv-wheel."
	@$(BIN)/python -m venv --without-pip .venv-wheel
	@$(call install,.venv-wheel/bin/python,$(STORES))
	@touch $@

# Built anew each time: the checkout may have changed.
wheel: .venv-wheel/.test
	@rm -rf .venv-wheel/dist .venv-wheel/run
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir .venv-wheel/dist .
	@$(call install,.venv-wheel/bin/python,--no-deps --reinstall .venv-wheel/dist/*.whl)
	@mkdir .venv-wheel/run && cp -r tests docs pyproject.toml .venv-wheel/run

servers: .servers/.installed

.servers/.installed: tests/servers/install.sh
	@echo "Ceph, MariaDB and Azurite are installed, unless they are there."
	@tests/servers/install.sh .servers
	@touch $@

# Anew: the newest versions that go together, for every Python; those of an older Airflow's own time.
compile = $(BIN)/uv pip compile --quiet --upgrade --universal --no-annotate --no-header pyproject.toml
CELL := --extra pandas --extra polars --extra zstd

constraints: .venv/.uv
	mkdir -p constraints
	$(compile) --python-version 3.10 --group test $(CELL) --extra lz4 --extra snappy --extra s3 --extra bench \
		--extra testing \
		-o constraints/airflow-3.3.txt
	$(compile) --python-version 3.11 --group stores --extra all --extra testing -o constraints/wheel.txt
	$(compile) --python-version 3.10 --group airflow-3.0 $(CELL) --exclude-newer 2025-09-05 -o constraints/airflow-3.0.txt
	$(compile) --python-version 3.10 --group airflow-3.1 $(CELL) --exclude-newer 2026-04-01 -o constraints/airflow-3.1.txt
	$(compile) --python-version 3.10 --group airflow-3.2 $(CELL) --exclude-newer 2026-06-20 -o constraints/airflow-3.2.txt
	$(compile) --python-version 3.11 --group airflow-3.4 $(CELL) -o constraints/airflow-3.4.txt

clean:
	rm -rf .venv .venv-wheel .matrix .servers .demo
