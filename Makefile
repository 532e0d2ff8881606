# The two commands are `make demo` and `make test`; each sets up all that it needs.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
WORK ?= results
STEPS ?= 7000
CLIPS ?= 192
REPEATS ?= 3

.PHONY: help setup demo web results test lint docs clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: .venv/installed ## Make .venv with everything that is needed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "in2in needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@command -v chromium >/dev/null || (apt-get --version >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] \
		&& apt-get update -qq && apt-get install -y -qq chromium chromium-driver >/dev/null) \
		|| echo "Chromium is not installed: the tests of the viewer are skipped (apt-get install chromium chromium-driver)"
	touch $@

demo: setup ## Sample eighteen prompts of all kinds from the bundled weights, and judge them (a minute)
	rm -rf demo
	$(BIN)/in2in-prepare source=synthetic clips=200 seed=1 out=demo/data
	$(BIN)/in2in-judge run=src/in2in/weights/in2in data_dir=demo/data clips=18 out=demo/judged
	$(BIN)/in2in-sample run=src/in2in/weights/in2in prompts=docs/demo.jsonl out=demo/samples
	@echo "open demo/judged/000.html and demo/samples/000.html in a browser"

web: setup ## Make web/, a page that runs the bundled model in any browser, with no server behind it (a minute)
	rm -rf web
	$(BIN)/in2in-export run=src/in2in/weights/in2in to=web out=web

results: setup ## Train and evaluate all rows of docs/results.md (many hours; STEPS=, CLIPS=, REPEATS=; resumes where it stopped)
	$(BIN)/python scripts/make_results.py --work $(WORK) --steps $(STEPS) --clips $(CLIPS) --repeats $(REPEATS) $(MORE)

test: setup ## Run all tests
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist worksteal

lint: setup ## Check style and types
	$(BIN)/ruff check src tests scripts
	$(BIN)/ruff format --check src tests scripts
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache

docs: setup ## Build the pages as a site, site/index.html; warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "open site/index.html in a browser; search needs a server: python3 -m http.server -d site"

clean: ## Remove what setup, the demo and the site made
	rm -rf .venv demo site web
