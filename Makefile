# One command for everything. Needs Python 3.10 or newer and make; `make bench` and one group of tests also need gcc.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check fix test-engines test-docker test-wide soak fuzz bench clean help

help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: .venv/ready  ## measure the embedded engine and show the report
	$(BIN)/inferometer demo

test: .venv/dev  ## the fast tests
	$(BIN)/pytest

check: .venv/dev  ## lint, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

fix: .venv/dev  ## format, and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test-engines: .venv/dev  ## real engines on the CPU, in environments of their own (several GB the first time)
	$(BIN)/python tests/engines/install.py
	$(BIN)/pytest -m engine tests/engines

test-docker: .venv/dev  ## servers in containers, with a real Docker engine (skipped where there is none)
	$(BIN)/pytest -m docker tests/server/test_docker.py

test-wide: .venv/dev  ## the same as fast tests with many more trials: faults on every wire, clean runs, statistics
	$(BIN)/pytest -m wide

soak: .venv/dev  ## kill a campaign's runner a thousand times at random, and miss nothing
	$(BIN)/python -m tests.campaign.kill_loop "$$(mktemp -d)" 1000 20260722

fuzz: .venv/dev  ## garbage for every reader and both servers, for SECONDS (default 60)
	$(BIN)/python -m tests.fuzz.fuzzing $(SECONDS)

bench: .venv/dev  ## accuracy and cost of the client, side by side with a C reader
	$(BIN)/python benchmarks/run.py

clean:           ## remove what was built here
	rm -rf .venv .engines build demo-results benchmarks/bin

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Inferometer needs Python 3.10 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/dev: .venv/ready
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
