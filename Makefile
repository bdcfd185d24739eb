# make demo   the main job with no account (ARGS=--exit ends by itself)
# make test   lint, types and every test; what CI runs
# make bench  the benchmarks of tests/bench, as ratios against a baseline of the same run

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p && break; done)
VENV := .venv
ARGS ?=

.PHONY: demo test bench lint types pytest clean

demo: $(VENV)/ready
	@$(VENV)/bin/screener demo $(ARGS)

test: lint types pytest

lint: $(VENV)/ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/ready
	$(VENV)/bin/mypy

pytest: $(VENV)/ready
	$(VENV)/bin/python -m pytest $(ARGS)

bench: $(VENV)/ready
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(VENV)/bin/python $$bench || exit 1; done

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "screener needs Python 3.11 or newer"; exit 1)
	@echo "Setting up $(VENV) (once; a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
