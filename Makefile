# The commands of this project; `make` alone lists them.
PORT ?= 5000
PYTHON ?= python3
JOBS ?= 2
ARGS ?=
BIN := .venv/bin
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run venv test lint format bench soak docs words lock wheel clean

help: ## lists these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## starts the demo on http://127.0.0.1:5000 (another port: make run PORT=8080)
	@$(PYTHON) tools/bootstrap.py run
	@$(BIN)/quiz demo --port $(PORT)

venv: ## makes or refreshes .venv with all that development needs
	@$(PYTHON) tools/bootstrap.py dev

test: venv ## installs PostgreSQL and Chromium where it may, then runs every test (some: make test ARGS=tests/kernel)
	@$(PYTHON) tools/system_packages.py
	@$(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=worksteal $(ARGS)

lint: venv ## static checks: style, types, import floors, house rules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/house_rules.py

format: venv ## writes the code in the one style, and mends what can be mended without thought
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

bench: venv ## the benchmarks of docs/performance.md
	@$(BIN)/python -m benchmarks $(ARGS)

soak: venv ## the full counts of the reliability tests and long fuzzing, hours: writes docs/soak.md
	@$(PYTHON) tools/system_packages.py
	@$(BIN)/python -m benchmarks.soak $(ARGS)

docs: venv ## writes docs/settings.md, commands.md, lint.md, methods.md, personal-data.md and agreement.md from the code
	@$(BIN)/python -m tools.reference

words: venv ## brings quiz/translations/*.po up to date with the words of code and templates
	@$(BIN)/python -m tools.words

lock: venv ## locks the dependencies of pyproject.toml with hashes (newest: make lock ARGS=--upgrade)
	@$(UV_COMPILE) $(ARGS) --group build pyproject.toml -o requirements/run.txt
	@$(UV_COMPILE) $(ARGS) -c requirements/run.txt --group build --group test --group lint --group lock pyproject.toml -o requirements/dev.txt

wheel: venv ## builds dist/quiz_engine-*.whl
	@$(BIN)/hatchling build -t wheel

clean: ## removes the environment, caches and builds; never data
	@rm -rf .venv .venv.lock dist build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results
