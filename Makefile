# `make` lists what there is; every target sets up what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile

.DEFAULT_GOAL := help

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# torch is asked for first and alone, so that pip takes a CPU build where one is offered
# (a find-links folder, a mirror) and never pulls a newer CUDA one for another package's sake.
# pip compiles one file after the other, 30,000 of them; afterwards all cores do. What some packages hold is no Python.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ionloop needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) "$$(grep '^torch==' requirements.lock)"
	$(PIP) -r requirements.lock
	$(PIP) --no-deps --editable .
	$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

.PHONY: install
install: $(READY)  ## make .venv from requirements.lock

.PHONY: campaign
campaign: $(READY)  ## run examples/peo_salts.yaml on the simulated lab
	$(BIN)/ionloop run examples/peo_salts.yaml

# Where the environment forbids compiled files, each of the many processes that tests start would compile all anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest

.PHONY: test
test: $(READY)  ## lint, types, import contracts, doctests and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --warnings
	$(BIN)/lint-imports
	$(PYTEST) -m "not slow" -n 2 --dist worksteal

.PHONY: test-slow
test-slow: $(READY)  ## the long studies
	$(PYTEST) -m slow

# Warnings are errors, as in the tests. The notebook is run on a small campaign that is made for it.
.PHONY: docs
docs: $(READY)  ## build the site of the documentation into build/docs
	PYTHONPATH=. $(BIN)/python -m sphinx -W --keep-going -q -E -b html -c docs/site -d build/docs-read docs build/docs
	@echo "Open build/docs/index.html"

# Those that learn from public tables run where the folder with the tables is given.
ON_TABLES := md_against_films multi_fidelity pool_search public_tables screen_workers screening unseen_polymers

.PHONY: benchmarks
benchmarks: $(READY)  ## print the figures of the README, one JSON line each; with DATA=FOLDER of tables more
	for name in $(filter-out line noted_run $(ON_TABLES),$(basename $(notdir $(wildcard benchmarks/*.py)))); do \
	  $(BIN)/python benchmarks/$$name.py || exit 1; done
ifdef DATA
	$(BIN)/python benchmarks/unseen_polymers.py $(DATA)/spe_conductivity.csv --tg $(DATA)/tg.csv
	$(BIN)/python benchmarks/public_tables.py $(DATA)
	$(BIN)/python benchmarks/pool_search.py $(DATA)
	$(BIN)/python benchmarks/multi_fidelity.py $(DATA)/htpmd.csv --experiments $(DATA)/spe_conductivity.csv
	$(BIN)/python benchmarks/screening.py $(DATA)/spe_conductivity.csv $(DATA)/candidate_polymers.csv
	$(BIN)/python benchmarks/screen_workers.py $(DATA)/spe_conductivity.csv $(DATA)/candidate_polymers.csv
	$(BIN)/python benchmarks/md_against_films.py $(DATA)/spe_conductivity.csv
endif

.PHONY: lock
lock:  ## resolve requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-annotate --no-header pyproject.toml \
	  | grep -vE '^(nvidia-|cuda-|triton)' > requirements.lock.new
	mv requirements.lock.new requirements.lock
