# Everything from a bare clone: `make help` lists what can be asked for.
# Needs Python 3.11 or newer with venv, Node.js and make; all else goes into .venv and node_modules.

PYTHON ?= python3
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
EXTENSION := sr_kernel/labextension
INSTALLED_EXTENSION := $(VENV)/share/jupyter/labextensions/sr-kernel
FRONT_SOURCES := $(shell find labextension/src labextension/style -type f) labextension/bundle.mjs
FRONT_CONFIGURATION := package.json yarn.lock .yarnrc.yml
LOG := $(VENV)/install.log

export PATH := $(CURDIR)/$(BIN):$(PATH)

say = @echo "== $(1)"
fail = { echo "make: $(1)" >&2; exit 1; }
# Keeps the talk of a tool for the case that it fails.
quietly = > $(LOG) 2>&1 || { tail -n 30 $(LOG) >&2; $(call fail,$(1)); }

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo lab test coverage lint test-front test-python test-browser bench-simplify bench-memory bench-notebook bench-search bench-search-scaling bench-guide bench-guide-habits bench-guide-peels bench-guide-corpus bench-verdicts bench-parameters screenshots chromium clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*  ## ' Makefile | sed -E 's/^([a-z-]+):.*  ## /\1\t/' | expand -t 16

install: $(STAMPS)/python $(STAMPS)/extension $(STAMPS)/compiled  ## prepare .venv with the front end built
	$(call say,Ready: $(BIN)/sr-kernel and $(BIN)/python)

demo: install  ## find four laws in measured data and write report.html
	$(call say,Running notebooks/01_first_law.ipynb without a screen)
	@$(BIN)/sr-kernel demo

lab: install  ## open the notebooks in JupyterLab
	$(call say,Starting JupyterLab; end it with Ctrl+C)
	@$(BIN)/jupyter lab --notebook-dir=notebooks $$([ "$$(id -u)" = 0 ] && echo --allow-root)

test: lint test-front test-python test-browser  ## run every check and test
	$(call say,All tests passed)

lint: install  ## ruff and mypy
	$(call say,Checking style (ruff))
	@$(BIN)/ruff check .
	$(call say,Checking types (mypy --strict))
	@$(BIN)/mypy

test-front: install  ## tests of the front end (vitest)
	$(call say,Testing the front end (vitest))
	@jlpm run check && jlpm run test

test-python: install  ## tests of the Python package
	$(call say,Testing the Python package (pytest))
	@$(BIN)/pytest --ignore=tests/browser

# Measuring takes about twice the time of the tests, so it is not part of them.
coverage: install  ## which lines the Python tests reach (85 % at least)
	$(call say,Testing the Python package (pytest) and measuring its coverage)
	@$(BIN)/pytest --ignore=tests/browser --cov --cov-report=term:skip-covered

test-browser: install chromium  ## tests in a real browser with a real JupyterLab
	$(call say,Testing in a browser (pytest and Chromium))
	@$(BIN)/pytest tests/browser

# A peer to measure against, not a dependency: COUNT from each set, drawn by SEED, of the folder DATA.
COUNT ?= 30
SEED ?= 0
DATA ?= ../shared/benchmarks
bench-simplify: $(STAMPS)/python  ## the simplifier against SymPy and SymEngine (COUNT, SEED, DATA)
	@test -d $(DATA) || $(call fail,the benchmark folder $(DATA) is not there: name it with DATA=FOLDER)
	@$(BIN)/python -c 'import symengine' 2> /dev/null || $(BIN)/python -m pip install -q symengine \
	  $(call quietly,pip could not install symengine)
	$(call say,Simplifying $(COUNT) expressions of each set; SymPy gets 5 s for each)
	@$(BIN)/python tests/bench/simplify.py --data $(DATA) --count $(COUNT) --seed $(SEED)

# One thread for linear algebra: budgets are in CPU seconds.  A run goes on where it was; LABEL names it.
SUITE ?= AI-Feynman
BUDGET ?= 20
NOISE ?= 0
LABEL ?= run
# AGAINST names rivals (pyoperon,eggp,gplearn,rils_rols), which get an environment of their own.
AGAINST ?=
bench-search: $(STAMPS)/python  ## the search on problems with known laws (SUITE, COUNT, BUDGET, NOISE, AGAINST, SEED, DATA, LABEL)
	@test -d $(DATA) || $(call fail,the benchmark folder $(DATA) is not there: name it with DATA=FOLDER)
	$(call say,Searching $(SUITE) at noise $(NOISE) with $(BUDGET) CPU seconds a problem)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/bench/search.py --data $(DATA) --suite $(SUITE) \
	  --count $(COUNT) --budget $(BUDGET) --noise $(NOISE) --seed $(SEED) --label $(LABEL) --against "$(AGAINST)"

bench-search-scaling: $(STAMPS)/python  ## what a search costs by rows, columns and cores (AGAINST, SEED)
	$(call say,Measuring the search by rows$(,) columns and cores (some minutes))
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/bench/scaling.py --seed $(SEED) --against "$(AGAINST)"

PAIRS ?= 10000
bench-guide-corpus: $(STAMPS)/python  ## pairs a second of the guide's corpus, one thread (PAIRS, SEED)
	$(call say,Drawing $(PAIRS) tables with their laws)
	@NUMBA_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python tests/bench/guide_corpus.py --pairs $(PAIRS) --seed $(SEED)

# Three arms of each search; a run goes on where it was.
OTHER ?= 20
bench-guide: $(STAMPS)/python  ## the search with the guide off, on and random (COUNT, OTHER, BUDGET, SEED, DATA, LABEL)
	@test -d $(DATA) || $(call fail,the benchmark folder $(DATA) is not there: name it with DATA=FOLDER)
	$(call say,Searching three times each$(,) $(BUDGET) CPU seconds at most)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/bench/guide.py --data $(DATA) --count $(COUNT) \
	  --other $(OTHER) --budget $(BUDGET) --seed $(SEED) --label $(LABEL)

# ACCEPTED laws of a made-up field come first, then TABLES judged without and COUNT with a search, the
# latter of laws of SIZE nodes or more: small laws are found before any belief matters.
TABLES ?= 200
SIZE ?= 11
ACCEPTED ?= 20
bench-guide-habits: $(STAMPS)/python  ## does learning from accepted laws pay, and harm elsewhere (TABLES, COUNT, SIZE, ACCEPTED, BUDGET, SEED, LABEL)
	$(call say,Searching three times each where the guide is asked$(,) $(BUDGET) CPU seconds at most)
	@NUMBA_NUM_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/bench/habits.py --tables $(TABLES) \
	  --count $(COUNT) --size $(SIZE) --accepted $(ACCEPTED) --budget $(BUDGET) --seed $(SEED) --label $(LABEL)

bench-guide-peels: $(STAMPS)/python  ## peel policy, operators, calibration and beams of the guide (COUNT, SEED, DATA)
	@test -d $(DATA) || $(call fail,the benchmark folder $(DATA) is not there: name it with DATA=FOLDER)
	@mkdir -p build/bench
	@$(BIN)/sr-kernel guide evaluate --problems $(DATA)/A_problems.jsonl --count $(COUNT) --seed $(SEED) --out build/bench

bench-verdicts: $(STAMPS)/python  ## verdicts on generated pairs, equal and mutated (PAIRS, SEED)
	$(call say,Comparing $(PAIRS) generated pairs)
	@$(BIN)/python tests/bench/verdicts.py --count $(PAIRS) --seed $(SEED)

MODELS ?= 1000
bench-parameters: $(STAMPS)/python  ## constants left by cost="parameters" against the rank (MODELS, SEED, DATA)
	@test -d $(DATA) || $(call fail,the benchmark folder $(DATA) is not there: name it with DATA=FOLDER)
	$(call say,Merging the constants of $(MODELS) raw models)
	@$(BIN)/python tests/bench/parameters.py --data $(DATA) --count $(MODELS) --seed $(SEED)

bench-notebook: $(STAMPS)/python  ## what a user of the notebook waits for while a search runs (SEED)
	$(call say,Timing menus$(,) edits$(,) progress and Stop beside real searches (some minutes))
	@$(BIN)/python tests/bench/notebook.py --seed $(SEED)

bench-memory: $(STAMPS)/python  ## how much a process grows over 10,000 simplifications
	$(call say,Simplifying 10000 expressions in one process (some minutes))
	@$(BIN)/python tests/bench/memory.py

screenshots: install chromium  ## take the README's pictures anew
	$(call say,Taking docs/finished.png and docs/part.png)
	@SR_KERNEL_SCREENSHOTS=docs $(BIN)/pytest -q tests/browser/test_readme_picture.py

# Tests drive the Chromium of the system: the browsers that Playwright downloads bring no packages
# along that they need themselves.
chromium:
	@if ! command -v chromium > /dev/null; then \
	  if [ "$$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then \
	    $(call fail,the browser tests need Chromium$(,) which is not on the PATH: install Debian's package chromium as root); \
	  fi; \
	  echo "== Installing Debian's chromium"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-extra; } \
	    > $(VENV)/chromium.log 2>&1 || { tail -n 20 $(VENV)/chromium.log >&2; $(call fail,apt-get could not install chromium); }; \
	fi

clean:  ## remove what was built, the environments too
	$(call say,Removing $(VENV)$(,) node_modules and build outputs)
	@rm -rf $(VENV) node_modules $(EXTENSION) sr_kernel/static labextension/lib dist report.html

# ---------------------------------------------------------------- steps, each done once

, := ,

$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || $(call fail,$(PYTHON) is not on the PATH: install Python 3.11 or newer$(,) or name it with PYTHON=...)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || $(call fail,Python 3.11 or newer is needed$(,) but $(PYTHON) is $$($(PYTHON) -V 2>&1): name another with PYTHON=...)
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null \
	  || $(call fail,$(PYTHON) cannot make virtual environments: install Debian's package python3-venv)
	$(call say,Making $(VENV) with $$($(PYTHON) -V))
	@$(PYTHON) -m venv $(VENV)

$(STAMPS)/python: $(BIN)/python pyproject.toml constraints.txt
	$(call say,Installing the Python packages into $(VENV) (some minutes the first time))
	@$(BIN)/python -m pip install -q -c constraints.txt hatchling hatch-jupyter-builder jupyter-builder \
	  $(call quietly,pip could not install the build tools; its last lines say why)
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip install -q -c constraints.txt --no-build-isolation -e '.[notebook,test,guide]' \
	  $(call quietly,pip could not install sr_kernel; its last lines say why)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/node_modules: $(FRONT_CONFIGURATION) | $(STAMPS)/python
	@command -v node > /dev/null || $(call fail,Node.js is not on the PATH: install version 20.19 or newer)
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' \
	  || $(call fail,Node.js 20.19+ or 22.12+ is needed$(,) but $$(command -v node) is $$(node --version))
	$(call say,Installing what the front end is built with)
	@if command -v npm > /dev/null; then export YARN_NPM_REGISTRY_SERVER="$$(npm config get registry 2> /dev/null | sed 's,/$$,,')"; fi; \
	  jlpm install --immutable $(call quietly,jlpm could not install the packages of the front end)
	@touch $@

$(EXTENSION)/package.json: $(FRONT_SOURCES) tsconfig.json $(STAMPS)/node_modules
	$(call say,Building the front end)
	@jlpm run build $(call quietly,the front end could not be built)
	@touch $@

# Copied, not linked: pip would follow a link and remove the build itself.
$(STAMPS)/compiled: sr_kernel/search/machine_kernels.py | $(STAMPS)/python
	$(call say,Compiling the search's inner loop)
	@$(BIN)/python -c "from sr_kernel.search.machine_kernels import warm; warm()"
	@touch $@

$(STAMPS)/extension: $(EXTENSION)/package.json install.json $(STAMPS)/python
	$(call say,Installing the JupyterLab extension)
	@rm -rf $(INSTALLED_EXTENSION) && mkdir -p $(INSTALLED_EXTENSION)
	@cp -R $(EXTENSION)/. install.json $(INSTALLED_EXTENSION)/
	@touch $@
