# make demo   the example dag in a real Airflow, on real data, measured
# make test   everything: lint, types, tests, on Airflow 3.3 and the next one
#
# Python 3.11 or newer, make and a package index are all they need. PYTHON=python3.12 picks another Python.

PYTHON ?= python3
BIN := .venv/bin

DEMO := -e '.[pandas]' --group demo -c constraints/airflow-3.3.txt
TEST := -e '.[pandas,polars,zstd,lz4,snappy,s3,testing]' --group test -c constraints/airflow-3.3.txt
NEXT := -e '.[pandas,polars]' --group airflow-next -c constraints/airflow-3.4.txt

PYTEST := AIRFLOW_HOME=$(CURDIR)/.venv/airflow XCOM_TOOLKIT_AIRFLOW_34_PYTHON=$(CURDIR)/.venv-3.4/bin/python \
	$(BIN)/python -m pytest

# uv is quick; pip is there for indexes and certificates that are configured for pip alone.
install = $(BIN)/uv pip install --quiet --compile-bytecode --python $(1) $(2) \
	|| $(BIN)/python -m pip --quiet --python $(1) install $(2)

.PHONY: demo test constraints clean

demo: .venv/.demo
	@PYTHONUTF8=1 $(BIN)/python -m airflow_xcom_toolkit.demo

test: .venv/.test .venv-3.4/.test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -n 2 --dist loadscope tests/contract
	$(PYTEST) --ignore tests/contract

.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 10) and sys.exit("Python 3.10 or newer is needed, and 3.11 for make test: PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip uv
	@touch $@

.venv/.demo: .venv/.uv pyproject.toml constraints/airflow-3.3.txt
	@echo "Airflow and the project are installed into .venv; this takes a minute or two."
	@$(call install,$(BIN)/python,$(DEMO))
	@touch $@

.venv/.test: .venv/.uv pyproject.toml constraints/airflow-3.3.txt
	@echo "Airflow, the project and what tests it are installed into .venv; this takes a minute or two."
	@$(call install,$(BIN)/python,$(TEST))
	@touch $@ .venv/.demo

.venv-3.4/.test: .venv/.uv pyproject.toml constraints/airflow-3.4.txt
	@echo "The next Airflow and the project are installed into .venv-3.4."
	@$(BIN)/python -m venv --without-pip .venv-3.4
	@$(call install,.venv-3.4/bin/python,$(NEXT))
	@touch $@

# Anew: the newest versions that go together, for every Python.
compile = $(BIN)/uv pip compile --quiet --upgrade --universal --no-annotate --no-header pyproject.toml

constraints: .venv/.uv
	mkdir -p constraints
	$(compile) --python-version 3.10 --group test --extra pandas --extra polars --extra zstd --extra lz4 \
		--extra snappy --extra s3 --extra testing -o constraints/airflow-3.3.txt
	$(compile) --python-version 3.11 --group airflow-next --extra pandas --extra polars -o constraints/airflow-3.4.txt

clean:
	rm -rf .venv .venv-3.4 .demo
