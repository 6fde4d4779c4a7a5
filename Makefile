# Everything a newcomer needs: `make run`, `make test`, `make help`.
# All recipes run in the folder of this file, whatever its name and wherever make is called from.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
ROOT := $(shell dirname '$(strip $(MAKEFILE_LIST))')
IN := cd '$(ROOT)' &&
PYTEST := .venv/bin/pytest -q -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help setup run test lint types contracts audit release unit slow exhaustive coverage browser bench train evaluate translations lock clean

help:  ## Show this list
	@$(IN) grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

setup:  ## Create .venv from the lock file (does nothing when it is up to date)
	@$(IN) ./scripts/setup

run: setup  ## Run everything at http://127.0.0.1:8000 (PORT overrides), with demo data; Ctrl-C ends it
	@$(IN) exec .venv/bin/feedback up --demo

test: lint types contracts audit unit  ## Run every check: lint, types, contracts, advisories, migrations, tests, browser

lint: setup
	@$(IN) .venv/bin/ruff check . && .venv/bin/ruff format --check .

types: setup
	@$(IN) .venv/bin/mypy

contracts: setup
	@$(IN) .venv/bin/lint-imports

unit: setup
	@$(IN) $(PYTEST) -m 'not slow and not exhaustive'

slow: setup  ## Run the tests that take longer, which CI runs too: every role at every place, walks, floods, drills
	@$(IN) $(PYTEST) -m 'slow and not exhaustive'

audit: setup  ## Ask the public advisory database about every locked package (ARGS=--strict where it must be reached)
	@$(IN) .venv/bin/python scripts/audit $(ARGS)

release: setup  ## Build the wheel and its bill of materials (CycloneDX) into dist/
	@$(IN) ./scripts/release

exhaustive: setup  ## Run what `make test` leaves out: the same in one more language or window (before a release)
	@$(IN) $(PYTEST) -m exhaustive

coverage: setup  ## Run all tests and say which lines and branches none of them reaches (slower)
	@$(IN) $(PYTEST) --cov --cov-report=term-missing:skip-covered

browser: setup  ## Run only the browser tests and keep their screenshots in screenshots/
	@$(IN) SUARA_SCREENSHOTS="$$PWD/screenshots" .venv/bin/pytest -q -m browser

bench: setup  ## Measure against the targets of docs/measured.md and print ratios
	@$(IN) .venv/bin/python -m bench $(ARGS)

train: setup  ## Train the shipped models again from the corpus (5 minutes)
	@$(IN) .venv/bin/feedback nlp train-names && .venv/bin/feedback nlp train-duplicates \
		&& .venv/bin/feedback nlp train-routing && .venv/bin/feedback nlp train

evaluate: setup  ## Measure the shipped classifier and write the figures into its card (15 minutes)
	@$(IN) .venv/bin/feedback nlp evaluate --keep && .venv/bin/feedback nlp card --write docs/model-card.md

translations: setup  ## Collect the words of the pages and compile the translations
	@$(IN) ./scripts/translations

lock:  ## Resolve requirements.lock anew from pyproject.toml (needs the package index)
	@$(IN) ./scripts/lock

clean:  ## Remove the environment and caches; the data in instance/ stays
	@$(IN) rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage htmlcov
