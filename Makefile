# Two commands for a fresh machine: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH := .venv-bench
BENCH_STAMP := $(BENCH)/.installed
ACCURACY := .venv-accuracy
ACCURACY_STAMP := $(ACCURACY)/.installed
CPUS_QUICK = $(BIN)/python tests/cpus.py --quick
# worksteal: tests that follow each other are one process's, which trains and starts once what they share
PYTEST = $(BIN)/python -m pytest -n 2 --dist worksteal
DIST := .venv-dist
DIST_STAMP := $(DIST)/.installed
BLAME := .venv-blame
BLAME_STAMP := $(BLAME)/.installed

.PHONY: help setup demo test cpus-quick pytest test-cpus soak real-tables lint types layers format bench bench-quick bench-more bench-accuracy bench-doctor bench-blame dist dist-quick clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## the virtual environment with all that development needs

$(STAMP): pyproject.toml src/glassprop/ground/version.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "glassprop needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[test]'
	$(BIN)/python -m compileall -q src
	@touch $(STAMP)

demo: $(STAMP) ## trains on the digits, prints held-out scores and a gradient check
	@mkdir -p build
	$(BIN)/glassprop train digits --model build/digits.glassprop
	$(BIN)/glassprop check build/digits.glassprop digits
	$(BIN)/glassprop explain build/digits.glassprop digits --row 0 --html build/digits.html

test: $(STAMP) lint types layers ## everything that must hold
	$(CPUS_QUICK)
	$(PYTEST)

cpus-quick: $(STAMP) # parts of `make test`, which .ci/run times one by one
	$(CPUS_QUICK)

pytest: $(STAMP)
	$(PYTEST)

test-cpus: $(STAMP) ## the numerical tests as other CPUs, widths and products would run them (`make test`: a part)
	$(BIN)/python tests/cpus.py

soak: $(STAMP) ## forged model files and odd tables: 10,000, or SECONDS=600 (CASES=, SEED=, CASE= to do one again); 50 kills; real tables
	PYTHONPATH=tests $(BIN)/python -m forging.soak $(if $(SECONDS),--seconds $(SECONDS)) $(if $(CASES),--cases $(CASES)) \
		$(if $(SEED),--seed $(SEED)) $(if $(CASE),--case $(CASE))
	$(if $(CASE),,PYTHONPATH=tests $(BIN)/python -m export.killed_fits --kills 50 --docs)
	$(if $(CASE),,$(BIN)/python -m bench.real_tables --docs)

real-tables: $(STAMP) ## forty real tables beside simpler and stronger models; OPTIONS="--quick", "--only NAME", "--help"
	$(BIN)/python -m bench.real_tables $(OPTIONS)

lint: $(STAMP) ## style, and the page's scripts: style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tests/page_scripts.py

types: $(STAMP) ## types
	$(BIN)/mypy

layers: $(STAMP) ## which room may import which
	$(BIN)/lint-imports

format: $(STAMP) ## puts style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: docs docs-packages site gallery
DOCS_STAMP := $(VENV)/.docs

$(DOCS_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet -e '.[docs]'
	@touch $(DOCS_STAMP)

docs-packages: $(DOCS_STAMP)

docs: $(DOCS_STAMP) ## the documentation site, in build/site, after the examples of its pages have been run
	$(BIN)/python -m pytest docs README.md
	$(MAKE) site

site: $(DOCS_STAMP) ## the same without running examples; any broken link, reference or warning is an error
	$(BIN)/sphinx-build -j auto --nitpicky --fail-on-warning --keep-going --quiet -c docs/site -d build/doctrees . build/site
	$(BIN)/python docs/site/check_site.py build/site

gallery: $(DOCS_STAMP) ## runs the examples of the gallery, and says how long each takes; NAMES="xor_by_hand picture" for some
	$(BIN)/python docs/site/run_gallery.py $(NAMES)

$(BENCH_STAMP): pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --upgrade pip
	$(BENCH)/bin/python -m pip install --quiet -e '.[bench]'
	@touch $(BENCH_STAMP)

bench: $(BENCH_STAMP) ## speed beside scikit-learn, PyTorch and JAX, as the CPU is and limited to AVX2; figures in build/
	$(BENCH)/bin/python -m bench.run

bench-quick: $(BENCH_STAMP) ## the main cases as the CPU is, in under three minutes
	$(BENCH)/bin/python -m bench.run --quick

bench-more: $(BENCH_STAMP) ## first model, one row, small calls, big tables, memory, growth
	$(BENCH)/bin/python -m bench.more

$(ACCURACY_STAMP): pyproject.toml
	$(PYTHON) -m venv $(ACCURACY)
	$(ACCURACY)/bin/python -m pip install --quiet --upgrade pip
	$(ACCURACY)/bin/python -m pip install --quiet -e '.[accuracy]'
	@touch $(ACCURACY_STAMP)

bench-accuracy: $(ACCURACY_STAMP) ## errors and times on 31 tables beside the peers, for hours; OPTIONS="--quick" (20 minutes), "--help"
	$(ACCURACY)/bin/python -m bench.accuracy $(OPTIONS)

bench-doctor: $(STAMP) ## what the doctor says of planted faults and healthy runs, in a few minutes; OPTIONS="--half A", "--check", "--help"
	$(BIN)/python -m bench.doctor $(OPTIONS)

$(BLAME_STAMP): pyproject.toml
	$(PYTHON) -m venv $(BLAME)
	$(BLAME)/bin/python -m pip install --quiet --upgrade pip
	$(BLAME)/bin/python -m pip install --quiet -e '.[blame]'
	@touch $(BLAME_STAMP)

bench-blame: $(BLAME_STAMP) ## how far blame and suspected labels agree with the truth, half an hour; OPTIONS="--quick", "--part times", "--help"
	$(BLAME)/bin/python -m bench.blame $(OPTIONS)

$(DIST_STAMP): pyproject.toml
	$(PYTHON) -m venv $(DIST)
	$(DIST)/bin/python -m pip install --quiet uv
	$(DIST)/bin/uv pip install --quiet --python $(DIST)/bin/python --group dist
	@touch $(DIST_STAMP)

dist: $(DIST_STAMP) ## sdist and wheel, checked, tried with the oldest and newest of all they need on each Python; OPTIONS="--docs", "--help"
	PYTHONPATH=src $(DIST)/bin/python -m release $(OPTIONS)

dist-quick: $(DIST_STAMP) ## the same with one wheel in one environment
	PYTHONPATH=src $(DIST)/bin/python -m release --quick

clean: ## removes what was built
	rm -rf $(VENV) $(BENCH) $(ACCURACY) $(DIST) $(BLAME) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
