# `make demo` and `make test` are all the set-up there is: Python and make are enough.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
FAULT  ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench lab screenshots clean

help:  ## what each word does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.wstui: $(VENV)/bin/python pyproject.toml
	$(PIP) install --editable .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/.wstui

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/.test $(VENV)/.wstui

demo: $(VENV)/.wstui  ## the terminal UI on the embedded endpoint (FAULT=silent-close …)
	@$(BIN)/wstui demo $(FAULT)

test: $(VENV)/.test  ## every test that needs no root
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q

check: $(VENV)/.dev  ## ruff, ruff format, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev  ## let ruff put things in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test  ## ratios against bare libraries, measured in this run
	$(BIN)/python -m tests.benchmarks

lab: $(VENV)/.test  ## servers that end connections for known reasons, and what wstui says of them
	$(BIN)/python -m tests.lab_score -j 4

screenshots: $(VENV)/.test  ## draw screenshots/ anew from a real run
	$(BIN)/python -m tests.screenshots

clean:  ## forget what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
