# The verbs of the project. Each sets up everything it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SCRIPTS := tests/scripts
SCRIPTS_READY := $(SCRIPTS)/node_modules/.ready
BIOME := $(BIN)/node $(SCRIPTS)/node_modules/@biomejs/biome/bin/biome
CLIENT_TESTS := $(addprefix tests/contract/test_, git.py jobs.py principals.py resources.py runs.py workspace_files.py) \
	$(addprefix tests/integration/test_, gateways.py logins.py call_counts.py)
OLDEST := .venv-oldest
OLDEST_READY := $(OLDEST)/.ready
TYPED := core cli.py command_line app.py worker.py web callbacks components emulator examples bench docs/ci/steps docs/ci/databricks
CODE := $(TYPED) gunicorn.conf.py tests

.PHONY: help demo promote workspaces test coverage chromium redis oldest-sdk bench bench-memory reliability check static scripts unit fmt clean

help:  ## list the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: $(READY)  ## serve the page beside a local DEV and a local PROD workspace, to click through
	$(BIN)/python -m examples.demo

promote: $(READY)  ## promote sample jobs from a local DEV workspace to a local PROD workspace
	$(BIN)/python -m examples.promote

workspaces: $(READY)  ## start the two local workspaces and keep them running
	$(BIN)/python -m emulator --state local-workspaces

test: static chromium redis  ## all tests
	$(BIN)/pytest -q --numprocesses 2 --dist loadfile --no-loadscope-reorder
	$(MAKE) oldest-sdk

coverage: $(READY) chromium redis  ## all tests, and which branches they reach: takes longer than the tests alone
	$(BIN)/pytest -q --numprocesses 2 --dist loadfile --cov --cov-report=term

chromium: $(READY)  ## install Chromium for the tests in a browser, unless there is one
	@$(BIN)/python -m tests.chromium

redis: $(READY)  ## install Redis for the tests, unless there is one
	@$(BIN)/python -m tests.redis_server

oldest-sdk: $(OLDEST_READY)  ## test the gateways under the oldest supported databricks-sdk
	$(OLDEST)/bin/python -m pytest -q -p no:cacheprovider --numprocesses 2 $(CLIENT_TESTS)

reliability: $(READY) redis  ## fail calls in every way, kill processes, slow workspaces and clients, load; print figures
	$(BIN)/pytest -q -m "reliability and not alone" --numprocesses 2
	$(BIN)/pytest -q -m "reliability and alone"

bench: $(READY) chromium redis  ## measure everything, and write docs/measurements.md
	for name in promotion startup planning missing_names emulator bundle page load thirty; do \
		$(BIN)/python -m bench.$$name --write || exit 1; \
	done

bench-memory: $(READY)  ## measure the memory that 10,000 jobs take
	$(BIN)/python -m bench.memory --write

check: static unit  ## format, lint, types, import directions, the page's scripts, unit tests

static: $(READY)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports
	$(MAKE) scripts

scripts: $(SCRIPTS_READY)  ## format, lint and unit tests of the page's scripts
	$(BIOME) check --error-on-warnings
	$(BIN)/node --test --test-reporter=dot $(SCRIPTS)/*.test.js

unit: $(READY)  ## unit tests, save those that take more than a second
	$(BIN)/pytest -q --numprocesses 2 -m "not slow and not reliability" tests/unit

fmt: $(READY) $(SCRIPTS_READY)  ## format the code
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)
	$(BIOME) check --write

clean:  ## remove the environment and everything generated
	rm -rf $(VENV) $(OLDEST) $(SCRIPTS)/node_modules local-workspaces .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed (make PYTHON=python3.12 …)." >&2; exit 1; }
	@git --version >/dev/null || { echo "git is needed." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "The venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(READY)

$(SCRIPTS_READY): $(READY) $(SCRIPTS)/package.json $(SCRIPTS)/package-lock.json
	$(BIN)/npm ci --prefix $(SCRIPTS) --no-audit --no-fund --loglevel=error
	@touch $(SCRIPTS_READY)

$(OLDEST_READY): requirements-oldest.txt requirements.txt requirements-dev.txt
	@$(PYTHON) -m venv $(OLDEST)
	@grep -hv -e '^-r' -e '^databricks-sdk' requirements.txt requirements-dev.txt | \
		sed 's/\[.*\]//' > $(OLDEST)/pins.txt  # constraints have no extras
	$(OLDEST)/bin/pip install --quiet --disable-pip-version-check -r requirements-oldest.txt -c $(OLDEST)/pins.txt
	@touch $(OLDEST_READY)
