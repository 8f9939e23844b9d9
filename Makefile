# Needs Python 3.11 or 3.12 and make; everything else is installed into .venv from the lock.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first interpreter that really starts and can make a virtual environment.
PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null \
	&& echo "$$python" && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help
help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(INSTALLED) ## One synthetic day through Airflow, end to end (WORKERS=… PROJECTS=… SEED=…)
	@$(BIN)/realname demo $(if $(PROJECTS),--projects $(PROJECTS)) $(if $(WORKERS),--workers $(WORKERS)) $(if $(SEED),--seed $(SEED))

.PHONY: up
up: $(INSTALLED) ## Airflow with its web page, the DAGs on, the sandbox running, until Ctrl-C
	@$(BIN)/realname up

.PHONY: test
test: $(INSTALLED) ## Every test that needs no browser and no Docker; what CI runs (ARGS=… for pytest)
	@env -u CHROMIUM $(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: env
env: ## The settings and new secrets that docker-compose.yml reads, in .env (SANDBOX=1 for a synthetic city); needs only Python
	@PYTHONPATH=plugins $(or $(PYTHON),python3) -m realname_sync.deployment $(if $(SANDBOX),--sandbox)

.PHONY: compose-test
compose-test: $(INSTALLED) ## docker-compose.yml from nothing: a day on two workers, one of them killed (KEEP=1 keeps the images)
	@PYTHONPATH=plugins:tests $(BIN)/python -m compose $(if $(KEEP),--keep) $(if $(PROJECTS),--projects $(PROJECTS)) $(if $(WORKERS),--workers $(WORKERS))

.PHONY: restore-test
restore-test: $(INSTALLED) ## A backup of mid-day put back into a new server: reconciled, delivered on, nothing lost or doubled
	@$(BIN)/python -m pytest tests/integration/test_restore.py $(ARGS)

.PHONY: faults
faults: $(INSTALLED) ## Real faults on real processes: every crash point and random runs (RUNS=200 SEED=1 ONLY=…)
	@PYTHONPATH=tests PYTHONWARNINGS=ignore $(BIN)/python -m faults --runs $(or $(RUNS),200) --seed $(or $(SEED),1) $(if $(ONLY),--only "$(ONLY)")

.PHONY: simulate
simulate: $(INSTALLED) ## Days of delivery on virtual time, each from its seed (DAYS=1000 SEED=… INTERLEAVINGS=… MUTANTS=…)
	@PYTHONPATH=tests $(BIN)/python -m simulation $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(INTERLEAVINGS),--interleavings $(INTERLEAVINGS)) $(if $(MUTANTS),--mutants $(MUTANTS))

BROWSER := var/browser
CHROMIUM ?= /usr/bin/chromium

.PHONY: browser
browser: $(BROWSER)/python/.installed ## A browser through Airflow's page: log in, look, sort, filter (CHROMIUM=/usr/bin/chromium ARGS=…)
	@test -x "$(CHROMIUM)" || { echo "Chromium is needed: apt-get install chromium, or set CHROMIUM=/path/to/it" >&2; exit 1; }
	@CHROMIUM="$(CHROMIUM)" PYTHONPATH=plugins:$(BROWSER)/python $(BIN)/python -m pytest tests/browser $(ARGS)
	@echo "screenshots: $(BROWSER)/"

$(BROWSER)/python/.installed: requirements-browser.lock $(INSTALLED)
	@rm -rf $(BROWSER)/python && mkdir -p $(BROWSER)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $(BROWSER)/python -r requirements-browser.lock
	@touch $@

BENCH := var/bench

.PHONY: bench
bench: $(BENCH)/python/.installed ## Every stage of a synthetic day beside its reference, and a table (SCALE=1e5 STAGES=… ROUNDS=3 ARGS="--strict --fresh")
	@PYTHONPATH=plugins:tests $(BIN)/python -m bench --folder $(BENCH) --scale $(or $(SCALE),1e5) \
		$(if $(STAGES),--stages $(STAGES)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(ARGS)

$(BENCH)/python/.installed: requirements-bench.lock $(INSTALLED)
	@rm -rf $(BENCH)/python && mkdir -p $(BENCH)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $(BENCH)/python -r requirements-bench.lock
	@touch $@

PEERS := dlt sling singer reladiff datacompy expectations

.PHONY: peers
peers: $(INSTALLED) ## Other tools at the same work, timed and killed twice, and a page (SCALE=1e5 ROUNDS=3 ARGS="--works load --no-kills")
	@PYTHONPATH=plugins:tests $(BIN)/python -m bench.peers --folder $(BENCH) --scale $(or $(SCALE),1e5) \
		$(if $(ROUNDS),--rounds $(ROUNDS)) $(ARGS)

.PHONY: check
check: lint types secrets audit test ## Everything that has to be green before a commit

.PHONY: lint
lint: $(INSTALLED) ## Style of the Python and the SQL, and which part may import which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint sql --processes 2

# Exit code 3: known ones have moved to other lines, and the baseline was written anew with those.
.PHONY: secrets
secrets: $(INSTALLED) ## No secret in any file of the repository; what only looks like one is in .secrets.baseline
	@git ls-files -z > $(VENV)/.files; mapfile -d '' -t files < $(VENV)/.files; \
		$(BIN)/detect-secrets-hook --baseline .secrets.baseline "$${files[@]}" || test $$? -eq 3

.PHONY: audit
audit: $(INSTALLED) ## Known vulnerabilities in what is locked; says so where the advisories cannot be had
	@$(BIN)/python .ci/audit.py

# The pages that are written from the code; the tests say when one is not current.
.PHONY: reference
reference: $(INSTALLED) ## Write the generated pages anew: commands, DAGs, rules, data dictionary
	@$(BIN)/python -m realname_sync.command_page > docs/reference/cli.md
	@AIRFLOW_HOME=$(CURDIR)/var/reference AIRFLOW__LOGGING__LOGGING_LEVEL=ERROR \
		$(BIN)/python -m realname_sync.orchestration.dag_page > docs/reference/dags.md
	@$(BIN)/python -m realname_sync.quality.rule_page > docs/rules.md
	@$(BIN)/python -m realname_sync.standards.dictionary > docs/data-dictionary.md

.PHONY: types
types: $(INSTALLED) ## mypy, strict, on the library
	@$(BIN)/mypy

.PHONY: install
install: $(INSTALLED) ## Make .venv from the lock (the other targets do this by themselves)

$(INSTALLED): requirements-dev.lock requirements-uv.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 with venv is needed; set PYTHON=/path/to/python" >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "installing into $(VENV) from requirements-dev.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock \
		&& $(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes \
			requirements-dev.lock requirements-uv.lock \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: lock
lock: $(INSTALLED) ## Resolve the dependencies anew and write the locks
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --upgrade --group installer -o requirements-uv.lock
	$(COMPILE) --upgrade --group browser -c requirements-dev.lock -o requirements-browser.lock
	$(COMPILE) --upgrade pyproject.toml --group deploy -c requirements.lock -o requirements-deploy.lock
	$(COMPILE) --upgrade --group wheel -c requirements-dev.lock -o requirements-wheel.lock
	$(COMPILE) --upgrade --group bench -c requirements-dev.lock -o requirements-bench.lock
	for peer in $(PEERS); do $(COMPILE) --upgrade --group peer-$$peer -o tests/bench/peers/locks/$$peer.lock; done

.PHONY: clean
clean: ## Remove what demo and tests wrote; .venv stays
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
