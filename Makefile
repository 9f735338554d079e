# `make` lists the targets. Needs GNU make 3.81 or newer and Python 3.11, 3.12 or 3.13.
PYTHON ?= python3
PORT ?= 8000
LAB ?=
UPGRADE ?=
EXECUTE ?=
COMPARE ?=
CASES ?= 10500
SEED ?= 1
CELLS ?=
REPOSITORY ?=

PY := .venv/bin/python
# Whatever runs a notebook runs in this fixed environment.
FIXED := $(PY) tools/environment.py
# What everything else stands on; with lint, under a minute on two cores.
CORE := tests/cells tests/check tests/derive/test_language.py tests/derive/test_derivation.py \
    tests/learn/test_learn.py tests/test_arguments.py tests/test_import.py tests/package/test_requirements.py \
    tests/package/test_optional.py tests/package/test_version.py

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help install book pdf address serve notebooks lab results check test alone lowest test-torch test-study \
    generate vectors figures lint format lock fuzz edits bench clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | while IFS='	' read -r target what; do \
	    printf '  make %-11s %s\n' "$$target" "$$what"; done

install: ## make .venv with the pinned dependencies (the others do it by themselves)
	@sh tools/install.sh

book: install ## build the site from the stored outputs; EXECUTE=1 executes all first
	@$(PY) tools/build_book.py $(if $(EXECUTE),--execute)

pdf: book ## print the whole book as PDF into the site, which then links it; wants Chromium
	@$(PY) tools/make_pdf.py

address: install ## REPOSITORY=https://github.com/OWNER/NAME: buttons to it; without: none
	@$(PY) tools/address.py $(REPOSITORY)

serve: ## show the site on http://127.0.0.1:8000 (PORT=... for another port)
	@test -f _build/html/index.html || { echo "There is no site yet: make book" >&2; exit 1; }
	@echo "http://127.0.0.1:$(PORT)/  (Ctrl-C ends)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

notebooks: install ## execute in place where the outputs may be stale; EXECUTE=1: all
	@$(PY) tools/run_notebooks.py $(if $(EXECUTE),--all)

lab: ## open the notebooks in JupyterLab (LAB="..." for its options)
	@sh tools/lab.sh $(LAB)

results: install ## run the long experiments again, compare and store: an hour (LONG=1: hours)
	@$(PY) tools/make_results.py $(if $(COMPARE),--compare) $(if $(LONG),--long)

check: lint ## for every day, under a minute: lint and the core tests
	@$(FIXED) $(PY) -m pytest -q -n auto --dist loadscope --no-loadscope-reorder -p no:nbval $(CORE)

test: install ## everything that must hold; each notebook is executed once
	@sh tools/test_all.sh

alone: install ## every chapter alone, in a fresh environment and an empty folder; fetches
	@$(PY) tools/alone.py

lowest: ## the core tests with the lowest versions of NumPy, SymPy and autograd; fetches
	@sh tools/lowest.sh $(CORE)

test-torch: ## compare with PyTorch, in .venv-bench
	@sh tools/test_torch.sh

test-study: ## the study on workers that are killed, in .venv-study with Optuna and Dask
	@sh tools/test_study.sh

lint: install ## ruff: rules and format, notebooks too; mypy: the types
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

generate: install ## write lstm_ref/generated from the declared cells, and the README's picture
	@$(FIXED) $(PY) tools/write_generated.py
	@$(FIXED) $(PY) tools/draw_picture.py

vectors: install ## write the published vectors that are missing; none that is there changes
	@$(FIXED) $(PY) tools/make_vectors.py

figures: install ## bundle the moving figures and draw their first states; fetches
	@$(PY) tools/write_figures.py
	@cd book/figures && ../../tools/npm.sh ci --silent && ../../tools/npm.sh run --silent check && \
	    ../../tools/npm.sh run --silent build

format: install ## let ruff write what `make lint` asks for
	@$(PY) -m ruff check --fix . ; $(PY) -m ruff format .

# Keeps the pins that still fit; `make lock UPGRADE=--upgrade` takes the newest.
lock: ## pin the ranges of pyproject.toml in requirements.txt, with hashes
	@test -x $(PY) || { echo "make install first" >&2; exit 1; }
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet $(UPGRADE) --universal \
	    --generate-hashes --python-version 3.11 tools/uv.in -o tools/uv.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet $(UPGRADE) --universal \
	    --fork-strategy fewest --generate-hashes --python-version 3.11 --extra site --extra test \
	    pyproject.toml -o requirements.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet $(UPGRADE) --universal \
	    --generate-hashes --python-version 3.11 tools/lab.in -o tools/lab.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet $(UPGRADE) --universal \
	    --generate-hashes --python-version 3.11 tools/node.in -o tools/node.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet $(UPGRADE) --universal \
	    --generate-hashes --python-version 3.11 tools/study.in -o tools/study.txt

# Counts and no clock: the same cases everywhere. A fault comes with the line that runs it again.
fuzz: install ## more than 10,000 damaged inputs at every door, two minutes (CASES=, SEED=)
	@$(FIXED) $(PY) tests/fuzz/run.py --cases $(CASES) --seed $(SEED)

# What would be wrong about a derivation, in thousands of ways. Exit code 1 if the proof lets one pass.
edits: install ## edit the list of terms of every cell; the proof must refuse each
	@$(FIXED) $(PY) tests/derive/edits_table.py $(CELLS)

bench: ## speed against PyTorch, autograd and ONNX Runtime, in an environment of its own
	@sh tools/bench_env.sh
	@.venv-bench/bin/python benchmarks/measure.py
	@.venv-bench/bin/python benchmarks/own_cells.py

clean: ## remove what was built, keep .venv and what was fetched
	rm -rf _build build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
