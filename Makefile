# The environment is .venv, made from requirements.lock by any Python from 3.11 to 3.13:
#     make briefs PYTHON=python3.12
PYTHON ?= python3
# How many tests run at a time.
WORKERS ?= 2

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
LAB_OPTIONS ?=
BENCH_OPTIONS ?=

# The font cache lives with the environment, and nobody's own matplotlibrc changes a chart.
export MPLCONFIGDIR := $(CURDIR)/.venv/matplotlib

.DEFAULT_GOAL := help
.PHONY: help briefs dossiers test lab bench bench-long lock clean
.DELETE_ON_ERROR:

help: ## list these targets
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-12s  %s\n", $$1, $$2 }'

briefs: .venv/ready ## build every brief, as of the latest day and of April 2021: build/index.html, build/<brief>.html, .pdf
	$(BIN)/briefkit build
	$(BIN)/briefkit build --as-of 2021-04-30

dossiers: briefs ## build a dossier for each country of which the tables hold at least two facts: build/dossiers/
	$(BIN)/briefkit batch notebooks/templates/country-dossier.ipynb --over countries --where "facts >= 2"

test: .venv/ready ## run every check: style, the editor's desk, unit, data, layout and browser tests, the notebooks
	$(BIN)/ruff check .
	$(BIN)/briefkit check
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal
	$(BIN)/python -m pytest --nbval notebooks --numprocesses $(WORKERS) --dist loadfile

lab: .venv/ready ## open JupyterLab on the notebooks (LAB_OPTIONS="--no-browser --allow-root" in a container)
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks $(LAB_OPTIONS)

bench: .venv/ready ## time builds and rebuilds against nbconvert's own HTML and PDF (needs Chromium)
	$(BIN)/python benchmarks/bench.py $(BENCH_OPTIONS)

bench-long: .venv/ready ## time dossiers by the hundred, a Dask cluster and other tools (an hour; needs Chromium and the network)
	$(BIN)/python benchmarks/bench.py --long $(BENCH_OPTIONS)

lock: ## resolve requirements.lock anew from pyproject.toml, for all supported Pythons and systems
	@mkdir -p build
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/python -m pip --disable-pip-version-check --no-input --quiet install uv
	{ echo "# What \`make\` installs, by version and hash. Written by \`make lock\` from pyproject.toml; never edit it."; \
	  build/lock/bin/uv pip compile pyproject.toml --quiet --upgrade --all-extras --group build \
	    --universal --python-version 3.11 --generate-hashes --no-build --no-header --no-annotate; } > build/lock.txt
	mv build/lock.txt requirements.lock

clean: ## remove what was built, and the environment
	rm -rf build .venv .pytest_cache .ruff_cache .hypothesis

# Two steps, since pip cannot take a lock with hashes and an editable project in one call.
.venv/ready: .venv/locked pyproject.toml $(wildcard briefkit/jupyter/*.json briefkit/jupyter/*/*.json)
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/locked: requirements.lock
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python %d.%d found; 3.11, 3.12 or \
	3.13 expected. Name one: make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "Making the environment .venv from requirements.lock (once; needs the network)"
	@$(PYTHON) -m venv --clear .venv
	$(PIP) install --require-hashes --requirement requirements.lock
	@$(BIN)/python -c 'import matplotlib.font_manager'
	@touch $@
