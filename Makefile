# Short commands for every day. `.ci/run` runs all that must hold, on a machine that has nothing yet.
BIN := .venv/bin
CODE := src tests benchmarks examples

.DEFAULT_GOAL := help
.PHONY: help fmt lint types test fast bench

help: ## what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 8

$(BIN)/pytest: pyproject.toml
	python3 -m venv .venv
	$(BIN)/pip install --quiet -e '.[dev]'
	@touch $@

fmt: $(BIN)/pytest ## write the code in its one form
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint: $(BIN)/pytest ## form, rules and the floors of the house
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/lint-imports

types: $(BIN)/pytest ## mypy, strictly
	$(BIN)/mypy

test: $(BIN)/pytest ## all tests: real frameworks are downloaded on first use
	$(BIN)/pytest

fast: $(BIN)/pytest ## the tests that need neither downloads nor npm
	$(BIN)/pytest -m "not frameworks and not impact_framework"

bench: $(BIN)/pytest ## the quick simulation of the race, and the figures of the house
	$(BIN)/python benchmarks/race.py --quick
	$(BIN)/python benchmarks/house.py
