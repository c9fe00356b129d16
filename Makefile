# Two commands do everything: `make run` and `make test`. Nothing to configure.
PYTHON ?= python3
PORT ?= 8000
DATA ?= ./data
CERT ?=
KEY ?=
SECONDS ?= 1800
TARGETS ?=
JOBS ?= 2
MUTANTS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BUNDLE := build/web
BUNDLE_SOURCES := $(shell find app assets -type f -not -path '*/__pycache__/*' -not -path '*/node_modules/*') pyproject.toml requirements.txt

.PHONY: help run test fuzz mutants check bench lock bundle clean

help:            ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/'

$(READY): pyproject.toml requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12) and "Kring needs Python 3.11 or 3.12: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(BUNDLE)/.ready: $(READY) $(BUNDLE_SOURCES)
	$(BIN)/python -m pwa.build --out $(BUNDLE)
	touch $@

bundle: $(BUNDLE)/.ready   ## build the static app into build/web

run: $(BUNDLE)/.ready      ## build, serve the app and the sync server: PORT, DATA, CERT, KEY
	$(BIN)/python -m sync_server --port $(PORT) --data $(DATA) --bundle $(BUNDLE) $(if $(CERT),--cert $(CERT)) $(if $(KEY),--key $(KEY))

test: $(READY)             ## every test, the browsers' included
	$(BIN)/python -m pwa.browsers
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal $(PYTEST_ARGS)

fuzz: $(READY)             ## look for bytes that a parser does not stand: SECONDS for each of TARGETS (all)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(TARGETS)

mutants: $(READY)          ## break the rules of sharing in small ways, a test must notice: JOBS, MUTANTS (all)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutants.txt
	$(BIN)/python -m tests.mutants --jobs $(JOBS) $(MUTANTS)

check: $(READY)            ## lint, format, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)            ## every benchmark; figures in build/bench.json
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m pytest -q --benchmark-enable --benchmark-only --benchmark-json=build/bench-small.json tests/benchmarks

lock:                      ## refresh each requirements*.txt from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --group fuzz --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements-fuzz.txt
	uv pip compile --quiet --universal --python-version 3.11 --group mutants --constraint requirements.txt --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements-mutants.txt

clean:                     ## throw away what was built (never data)
	rm -rf build $(VENV)
