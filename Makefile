# `make run` and `make test` each do all of their own set-up, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# what is compiled is kept, whatever the shell says: the tests start hundreds of processes
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test claims check guide clean

run: $(VENV)/.installed
	$(BIN)/distill run mod_add

# what every change must pass: the suite, with a part of its long laws
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not claim"

# the suite with all of its laws, and the long claims: tasks that are not listed, architectures, a
# slice of the campaign
claims: $(VENV)/.installed-dev
	DISTILL_THOROUGH=1 $(BIN)/python -m pytest -n 2 --dist worksteal

# linter, formatter, types, import contract
check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

# the guide, as pages, in build/guide
guide: $(VENV)/.installed-dev
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/guide

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info
