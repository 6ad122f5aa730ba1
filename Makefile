# The few verbs of this project. Each sets up what it needs by itself.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A second DuckDB beside the locked one: the same tests must pass on both.
DUCKDB2 := $(VENV)/duckdb-2

.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(READY) ## thirteen months of generated bills through the whole pipeline
	$(BIN)/costwarden demo

test: $(READY) ## run all tests; says which need a server that is not here
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadgroup

test-duckdb2: $(READY) $(DUCKDB2) ## run what touches DuckDB on DuckDB 2.0 as well
	PYTHONPATH=$(DUCKDB2) $(BIN)/pytest -n auto --maxprocesses 4 --dist loadgroup \
	    -m "not thorough" tests/sql tests/edge

check: $(READY) ## lint, types, import contracts, SQL lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 2 sql
	$(BIN)/nbstripout --verify notebooks/*.ipynb

format: $(READY) ## rewrite the code as the formatter wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout notebooks/*.ipynb

bench: $(READY) ## measure simulation, bill store, engine, detection and forecast
	$(BIN)/python -m benchmarks.bill_store
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.detection
	$(BIN)/python -m benchmarks.forecast

lock: ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile --python-version 3.11 --universal --extra dev --generate-hashes \
	    --no-emit-index-url --no-header pyproject.toml --output-file requirements.lock

services: $(READY) ## run Kafka, VictoriaMetrics, vmalert, Alertmanager here until Ctrl-C
	@$(BIN)/python -m tests.services.servers up

services-stop: $(READY) ## stop what `make services` runs
	@$(BIN)/python -m tests.services.servers stop

kafka: $(READY) ## fetch the jars of a Kafka broker from Maven Central
	$(BIN)/python -m tests.services.servers fetch

clean: ## remove what a run wrote; bills and settings stay
	find data -mindepth 1 ! -name README.md -delete

setup: $(READY) ## only set up the virtual environment

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV); this takes some minutes the first time."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock \
	    --constraint requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(DUCKDB2): .ci/duckdb-2.lock $(READY)
	$(BIN)/pip install --quiet --no-deps --upgrade --require-hashes \
	    --target $@ --requirement $<
	touch $@

.PHONY: help demo test test-duckdb2 check format bench lock services services-stop kafka clean setup
