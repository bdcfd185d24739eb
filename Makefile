# make demo   the main job with no account (ARGS=--exit ends by itself)
# make test   lint, types and every test; what CI runs
# make bench  the benchmarks of tests/bench, as ratios against a baseline of the same run

# The first that runs and can make an environment; a name on PATH alone may be a shim without a Python behind it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
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

# Two files at a time, what starts whole servers last and beside its like; with ARGS just what they name.
pytest: $(VENV)/ready
ifeq ($(ARGS),)
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile -m "not alone"
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile -m alone
else
	$(VENV)/bin/python -m pytest $(ARGS)
endif

bench: $(VENV)/ready
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(VENV)/bin/python $$bench || exit 1; done

$(VENV)/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || (echo "screener needs Python 3.11 or newer with venv (Debian: apt-get install python3-venv)"; exit 1)
	@echo "Setting up $(VENV) (once; a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
