# Every verb works on a fresh machine with make and Python 3.11 or newer: the first one builds .venv, the next ones
# find it. Options for a verb go into ARGS: make compare ARGS="--help"

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
UV     := uv==0.13.9
ARGS   ?=

NOTEBOOKS = $(wildcard notebooks/*.ipynb)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help compare deck sweep claims trust docs test bench profile lab lint lock readme clean

help:  ## print these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

compare: $(STAMP)  ## compare support strategies in one world (ARGS="--help" for the options)
	@$(BIN)/whatif compare $(ARGS)

sweep: $(STAMP)  ## many worlds: in how many does support pay, and where does it flip? (stopped, it goes on)
	@$(BIN)/whatif sweep $(ARGS)

deck: $(STAMP)  ## slides of a finished comparison, results/deck.pptx (ARGS="--template brand.pptx", ARGS="--refresh FILE")
	@$(BIN)/whatif deck $(ARGS)

claims: $(STAMP)  ## what five essays claim about support, claim by claim: holds, fails, depends (some minutes)
	@$(BIN)/whatif claims $(ARGS)

trust: $(STAMP)  ## hold the model against theory, the literature and the conditions under which support must lose
	@$(BIN)/whatif verify $(ARGS)
	@$(BIN)/whatif facts $(ARGS)
	@$(BIN)/whatif conditions $(ARGS)

# The processes of the tests fill the cores: threads of linear algebra on top would mostly wait for each other
test: export OPENBLAS_NUM_THREADS = 1
test: $(STAMP)  ## run the tests: the quick ones, then the long statistical proofs
	@$(BIN)/python -m pytest -m "not slow" -n auto $(ARGS)
	@$(BIN)/python -m pytest -m slow -n auto --dist loadgroup $(ARGS)

bench: $(STAMP)  ## measure how fast and how large, beside Mesa, SimPy and a compiled loop (some minutes)
	@$(BIN)/python tests/bench/run.py $(ARGS)
	@$(BIN)/python -m pytest -q tests/bench/bench_operations.py --benchmark-storage=results/bench/operations \
		--benchmark-autosave --benchmark-compare --benchmark-columns=min,median,stddev,rounds

profile: $(STAMP)  ## where the time of one run goes (ARGS="default 100_000 260")
	@$(BIN)/python tests/bench/profile_run.py $(ARGS)

lab: $(STAMP)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab $(ARGS) notebooks/00_start_here.ipynb

lint: $(STAMP)  ## style, types, layers, clean notebooks
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy sim
	@$(BIN)/lint-imports
	@$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-id --verify $(NOTEBOOKS),echo "no notebooks to check")

lock: $(BIN)/uv  ## resolve requirements.lock again from pyproject.toml (ARGS=--upgrade for the newest versions)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras \
		--custom-compile-command "make lock" $(ARGS) pyproject.toml --output-file requirements.lock

docs: $(STAMP)  ## bring the tables of docs/model.md up to date with the code
	@$(BIN)/python -m sim.report.documentation

readme: compare sweep claims  ## bring the numbers and the picture of README.md up to date
	@$(BIN)/whatif claims --seed 2 --out results/claims/again
	@$(BIN)/python -m sim.report.readme

clean:  ## remove .venv and caches (results/ stays)
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +
	@find . -name .ipynb_checkpoints -prune -exec rm -rf {} +

# Debian without python3-venv has no ensurepip: then the pip outside puts uv into the new environment.
$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.version_info >= (3, 11) or sys.exit(f"Python 3.11 or newer is needed, $(PYTHON) is {v}. Name another one: make PYTHON=python3.11")'
	@echo "installing into $(VENV) (once, about a minute)"
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv --clear $(VENV) && $(BIN)/python -m pip install -qq --disable-pip-version-check $(UV); \
	else \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install -qq --disable-pip-version-check $(UV); \
	fi

# Compiled to bytecode at once: otherwise every start pays for it where Python may not write it.
$(STAMP): pyproject.toml requirements.lock | $(BIN)/uv
	@test ! -e $@ || echo "bringing $(VENV) up to date with requirements.lock"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -c requirements.lock -e ".[dev]"
	@$(BIN)/python -m sim.model.warm_up
	@touch $@
