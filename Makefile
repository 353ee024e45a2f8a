# One command for everything. Needs Python 3.10 or newer and make; `make bench` and one group of tests also need gcc.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')

unexport PYTHONDONTWRITEBYTECODE # each of the many processes of the tests would compile everything anew

.PHONY: demo test check fix check-pythons test-engines test-docker test-wide soak fuzz bench clean help

help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: $(VENV)/ready  ## measure the embedded engine and show the report
	$(BIN)/inferometer demo

test: $(VENV)/dev  ## the fast tests, in WORKERS processes (default: one more than there are cores, since some wait)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: $(VENV)/dev  ## lint, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

fix: $(VENV)/dev  ## format, and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

check-pythons:   ## check and fast tests with each Python from 3.10 to 3.13 that is there
	@for version in 3.10 3.11 3.12 3.13; do \
	  for python in python$$version ~/.pyenv/versions/$$version.*/bin/python no; do \
	    ! $$python -c '' 2>/dev/null || break; \
	  done; \
	  if [ $$python = no ]; then echo "no Python $$version here"; continue; fi; \
	  echo "Python $$version: $$python"; \
	  $(MAKE) PYTHON=$$python VENV=.venv-$$version check test || exit 1; \
	done

test-engines: $(VENV)/dev  ## real engines on the CPU, in environments of their own (several GB the first time)
	$(BIN)/python tests/engines/install.py
	$(BIN)/pytest -m engine tests/engines

test-docker: $(VENV)/dev  ## servers in containers, with a real Docker engine (skipped where there is none)
	$(BIN)/pytest -m docker tests/server/test_docker.py

test-wide: $(VENV)/dev  ## the same as fast tests with many more trials: faults on every wire, clean runs, statistics, properties
	$(BIN)/pytest -m 'wide or hypothesis' --hypothesis-profile=wide

soak: $(VENV)/dev  ## kill a campaign's runner a thousand times at random, and miss nothing
	$(BIN)/python -m tests.campaign.kill_loop "$$(mktemp -d)" 1000 20260722

fuzz: $(VENV)/dev  ## garbage for every reader and both servers, for SECONDS (default 60)
	$(BIN)/python -m tests.fuzz.fuzzing $(SECONDS)

bench: $(VENV)/dev  ## accuracy and cost of the client, side by side with a C reader
	$(BIN)/python benchmarks/run.py

clean:           ## remove what was built here
	rm -rf .venv .venv-3.* .engines .peers build demo-results benchmarks/bin

$(VENV)/ready: pyproject.toml constraints.txt
	$(call install,.)
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt
	$(call install,'.[dev]')
	@touch $(VENV)/ready $@

define install
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Inferometer needs Python 3.10 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e $(1)
endef
