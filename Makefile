# leadpolicy: everything a newcomer or CI runs. Needs make and Python 3.11 or newer, nothing else.

VENV    := .venv
BIN     := $(VENV)/bin
PYTHON  ?=
DATA    ?= fixtures/demo
REPORT  ?= build/compare.html
WORKERS ?= 2
ROWS    ?= 1000000
COMPANIES ?= 10000 100000
MINUTES ?= 5
RACES   ?= 500
BACKEND ?= sql

RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
PKG_STAMP := $(VENV)/.installed-leadpolicy
STREAM_STAMP := $(VENV)/.installed-stream

UV_VERSION := 0.13.9
UV_VENV    := build/uv
COMPILE    := $(UV_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-build --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make lock' --group build

# What `make bench` measures stands in an environment of its own: the other engines ask for versions
# that the development environment does not have.
BENCH_VENV := build/bench
PEERS      := business-rules cel-python common-expression-language datalogic-py durable-rules polars \
	regopy 'rule-engine>=4' zen-engine

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

INSTALL := $(BIN)/python -m pip install -qq --progress-bar off --no-warn-script-location

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup compare test lint format lock history lab board validate backtest bench fuzz mutants evidence races wheel clean

help: ## Show this list
	@echo "Usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' Makefile

setup: $(DEV_STAMP) $(PKG_STAMP) $(STREAM_STAMP) ## Install everything for development into .venv
	@echo "leadpolicy is ready: $(BIN)/leadpolicy --help"

compare: $(RUN_STAMP) $(PKG_STAMP) ## Compare the seed definitions on the bundled history
	@mkdir -p $(dir $(REPORT))
	@$(BIN)/leadpolicy compare policies --data $(DATA) --report $(REPORT)

test: lint $(STREAM_STAMP) ## Everything that CI checks
	@echo "==> leadpolicy check"
	@$(BIN)/leadpolicy check policies fixtures
	@echo "==> leadpolicy test"
	@$(BIN)/leadpolicy test policies
	@echo "==> pytest"
	@$(BIN)/python -m pytest -n $(WORKERS)

lint: $(DEV_STAMP) $(PKG_STAMP) ## Style, types and layers only
	@echo "==> ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { \
		echo "Some files are not formatted; 'make format' formats them:"; \
		$(BIN)/ruff format --check . ; exit 1; }
	@echo "==> mypy"
	@$(BIN)/mypy
	@echo "==> import-linter"
	@out=$$($(BIN)/lint-imports 2>&1) || { echo "$$out"; exit 1; }; echo "$$out" | tail -n 1

format: $(DEV_STAMP) $(PKG_STAMP) ## Format the code and apply safe fixes
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lock: $(UV_VENV)/bin/uv ## Write the lock files again (UPGRADE=1 takes the newest versions)
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev pyproject.toml -o requirements/dev.txt
	@$(COMPILE) -c requirements/dev.txt --extra compare pyproject.toml -o requirements/run.txt
	@echo 'durable-rules' | $(filter-out --no-build --group build,$(COMPILE)) - -o requirements/stream.txt
	@sed -n 's/^\([a-z0-9-]*==[^ ]*\).*/\1/p' requirements/run.txt | grep -v '^python-dateutil' > build/same.txt
	@printf '%s\n' $(PEERS) | $(filter-out --no-build,$(COMPILE)) -c build/same.txt --extra compare \
		pyproject.toml - -o requirements/bench.txt
	@echo "requirements/*.txt are up to date"

history: $(RUN_STAMP) $(PKG_STAMP) ## Make the bundled history again (same seed, same files)
	@$(BIN)/leadpolicy simulate --seed 2024 --out fixtures/demo

lab: $(DEV_STAMP) $(PKG_STAMP) ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir=notebooks $(if $(filter 0,$(shell id -u)),--allow-root) \
		--LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

board: $(DEV_STAMP) $(PKG_STAMP) ## The workshop in a browser: cards, votes, sliders, signatures
	@$(BIN)/python -m leadpolicy.board --policies policies --data $(DATA)

validate: $(DEV_STAMP) $(PKG_STAMP) ## Can the data be believed? Great Expectations on the data set
	@$(BIN)/leadpolicy validate $(DATA)

backtest: $(RUN_STAMP) $(PKG_STAMP) ## Carry out the study of the bundled history
	@mkdir -p build
	@$(BIN)/leadpolicy backtest $(DATA) --report build/backtest.html

bench: $(BENCH_VENV)/.installed ## Measure against hand-written rivals and other engines (ROWS=1000000)
	@$(BENCH_VENV)/bin/python -m tests.bench_single
	@$(BENCH_VENV)/bin/python -m tests.bench --rows $(ROWS)
	@$(BENCH_VENV)/bin/python -m tests.bench.reading --companies $(COMPANIES)
	@$(BENCH_VENV)/bin/python -m tests.bench.doors --rows $(ROWS)
	@$(BENCH_VENV)/bin/python -m tests.bench.checking

fuzz: $(DEV_STAMP) $(PKG_STAMP) $(STREAM_STAMP) ## Random policies through every backend (MINUTES=5)
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

mutants: $(DEV_STAMP) $(PKG_STAMP) $(STREAM_STAMP) ## Would a wrong backend be noticed? (BACKEND=sql)
	@$(BIN)/python -m tests.mutation --backend $(BACKEND)

evidence: $(DEV_STAMP) $(PKG_STAMP) ## Are the intervals right, and is the replay exact? Minutes
	@$(BIN)/python -m tests.evidence
	@$(BIN)/python -m tests.history.agreement --histories 20000

races: $(DEV_STAMP) $(PKG_STAMP) ## Two who write at once: is anything lost? (RACES=500)
	@$(BIN)/python -m tests.races --rounds $(RACES)

# What somebody without this repository gets: the package from an index, in an empty folder.
wheel: $(DEV_STAMP) ## Build the wheel, and try it in a fresh environment
	@rm -rf dist build/fresh build/empty && mkdir -p build/empty
	@$(BIN)/python -m hatchling build --target wheel --directory dist
	@$(BIN)/python -m venv --without-pip build/fresh
	@echo "==> the core"
	@$(BIN)/python -m pip --python build/fresh install -qq dist/*.whl
	@du -sm build/fresh/lib dist/*.whl
	@cd build/empty && ../fresh/bin/leadpolicy show heinz >/dev/null && ! ../fresh/bin/leadpolicy demo
	@echo "==> with what compares"
	@$(BIN)/python -m pip --python build/fresh install -qq "$$(echo dist/*.whl)[compare]"
	@du -sm build/fresh/lib
	@cd build/empty && ../fresh/bin/leadpolicy demo --report demo.html

clean: ## Remove what the other targets made, except .venv
	@rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find engine tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- installation ------------------------------------------------------------------------------
# Stamps are renewed only when a lock file or pyproject.toml changes.

$(BIN)/pip:
	@py=; for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then py=$$candidate; break; fi; \
	done; \
	if [ -z "$$py" ]; then \
		echo "leadpolicy needs Python 3.11 or newer, and none was found on the PATH." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; \
	fi; \
	echo "==> $(VENV) with $$($$py -V 2>&1)"; \
	$$py -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo "$$py cannot make a virtual environment." >&2; \
		echo "On Debian and Ubuntu install the package python3-venv, then try again." >&2; \
		exit 1; \
	}

$(RUN_STAMP): requirements/run.txt | $(BIN)/pip
	@echo "==> installing what leadpolicy needs (once, a minute or two)"
	@$(INSTALL) --require-hashes -r $<
	@touch $@

$(DEV_STAMP): requirements/dev.txt | $(BIN)/pip
	@echo "==> installing what leadpolicy and its checks need (once, a minute or two)"
	@$(INSTALL) --require-hashes -r $<
	@touch $@ $(RUN_STAMP)

# durable-rules is compiled while it is installed: always anew, since a copy that was compiled
# without the definition cannot be loaded by Python 3.13 and newer. Without a C compiler its tests
# are skipped.
$(STREAM_STAMP): requirements/stream.txt | $(DEV_STAMP)
	@CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject $(INSTALL) --require-hashes --no-cache-dir \
		-r $< >/dev/null 2>&1 \
		&& $(BIN)/python -c 'import durable_rules_engine' \
		|| echo "==> durable-rules could not be compiled here; what needs it is skipped"
	@touch $@

$(BENCH_VENV)/.installed: requirements/bench.txt pyproject.toml | $(BIN)/pip
	@echo "==> installing the engines to compare with (once, a minute or two)"
	@$(BIN)/python -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install -qq --progress-bar off --require-hashes -r $<
	@$(BENCH_VENV)/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

# Either stamp gives the build backend; whichever target asked has made one of them first.
$(PKG_STAMP): pyproject.toml | $(BIN)/pip
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(UV_VENV)/bin/uv: | $(BIN)/pip
	@$(BIN)/python -m venv $(UV_VENV)
	@$(UV_VENV)/bin/python -m pip install -qq uv==$(UV_VERSION)
