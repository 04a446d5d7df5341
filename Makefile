# What people type at the root of the project. Each target is a few commands; the work is in sakila_platform/cli/main.py.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Any Python from 3.10 to 3.13: `make demo PYTHON=/path/to/python`.
PYTHON ?= python3
DAYS ?= 7
# Test files run side by side, each on a database server of its own.
WORKERS ?= 2
DOMAIN ?= rentals
SAKILA_HOME ?= .sakila

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input -c constraints.txt
TESTS := conventions unit spec integration
SIDE_BY_SIDE = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# What of the spec is about files of the lake, once more on S3: a chapter, and two sections of another.
S3_SPEC := days lake/test_publishing.py lake/test_quarantine.py
# What pytest ends with when PYTEST='-k word' chooses none of those.
NONE_CHOSEN := 5
IN_RANGE := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))

.PHONY: help demo test test-s3 check dev dashboards desk docs bench down clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12 | sed 's/^/make /'
	@echo
	@echo "DOMAIN=name: whose demo (rentals). DAYS=n: its last days (7). PYTHON=path: which Python (3.10 to 3.13). PYTEST='-k word': for test."

demo: $(RUN) ## From nothing to answers: database, Sakila, its whole history, the last 7 days (DAYS=n)
	@$(BIN)/sakila-platform demo --domain $(DOMAIN) --days $(DAYS)

test: $(DEV) ## Pass the tests, fast ones first
	@$(SIDE_BY_SIDE) $(foreach kind,$(TESTS),$(wildcard sakila_platform_tests/$(kind))) $(PYTEST)
	@$(SIDE_BY_SIDE) --lake s3 $(S3_SPEC:%=sakila_platform_tests/spec/%) $(PYTEST) || [ $$? -eq $(NONE_CHOSEN) ]

test-s3: $(DEV) ## Pass the whole spec, and the marts' tests, with the lake on S3
	@$(SIDE_BY_SIDE) --lake s3 sakila_platform_tests/spec sakila_platform_tests/integration/test_marts.py $(PYTEST)

check: $(DEV) ## Lint, types, import directions, SQL style, the project's own conventions
	@failed=0; \
	check() { echo "==> $$*"; "$$@" || failed=$$((failed + 1)); }; \
	check $(BIN)/ruff check .; \
	check $(BIN)/ruff format --check .; \
	check $(BIN)/mypy; \
	check $(BIN)/lint-imports --no-cache; \
	check $(BIN)/sqlfluff lint --disable-progress-bar sql; \
	check $(BIN)/python -m pytest sakila_platform_tests/conventions; \
	if [ $$failed -gt 0 ]; then echo "$$failed of the checks failed." >&2; exit 1; fi; \
	echo "All checks passed."

dev: $(RUN) ## Start the database and Dagster's web UI on http://localhost:3000
	@$(BIN)/sakila-platform dev

docs: $(RUN) ## Regenerate what is made from declarations: docs/data_model.md, docs/spec.md, the README's settings
	@$(BIN)/python -m sakila_platform.documents.data_model
	@$(BIN)/python -m sakila_platform.documents.settings_table
	@$(BIN)/python -m sakila_platform_tests.manual

dashboards: $(RUN) ## Write the dashboards as pages, from the marts as they are
	@$(BIN)/sakila-platform dashboards

desk: $(RUN) ## Start the rental desk beside the database, on http://localhost:8000
	@$(BIN)/sakila-platform desk

bench: $(DEV) ## Measure against the peers of this work; takes an hour (writes docs/benchmarks.md)
	@$(PIP) -e '.[dev,bench]'
	@$(BIN)/python -m benchmarks

down: ## Stop the private database
	@if [ -x $(BIN)/sakila-platform ]; then $(BIN)/sakila-platform down; else echo "Nothing is installed."; fi

clean: down ## Stop the database, then remove .venv and .sakila: database, lake, Dagster's runs
	@echo "Removing .sakila (database, lake, Dagster's runs), $(VENV) and the tools' caches."
	@rm -rf .sakila $(VENV) *.egg-info build .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
	@if [ "$(abspath $(SAKILA_HOME))" != "$(abspath .sakila)" ]; then echo "$(SAKILA_HOME) is left to you."; fi

# A suitable Python is PYTHON, else the newest that is installed.
$(BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3.10; do \
	  if command -v $$python >/dev/null && $$python -c '$(IN_RANGE)' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "No Python 3.10 to 3.13 is on PATH. Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found has no ensurepip, so it can't make a .venv. Install it: sudo apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "==> Making $(VENV) with $$($$found --version)"; \
	$$found -m venv --clear $(VENV)

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	@echo "==> Installing the platform's packages into $(VENV) (a minute or two, once)"
	@$(PIP) -e '.[postgres]'
	@touch $@

$(DEV): $(RUN)
	@echo "==> Installing what tests and checks need into $(VENV)"
	@$(PIP) -e '.[dev]'
	@touch $@
