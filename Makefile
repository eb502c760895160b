# Everything starts here: `make run` serves the page, `make test` checks the project.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: run test lint ask setup bench clean

run: $(READY)  ## make the environment, build the index from corpus/, serve the page
	@$(BIN)/qa index
	@$(BIN)/qa serve

ask: $(READY)  ## make ask Q="How many people were hurt on the ferry?"
	@$(BIN)/qa index
	@$(BIN)/qa ask "$(Q)"

setup: $(READY)  ## the environment alone: .venv, with .venv/bin/qa

lint: $(READY)  ## lint, format, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint  ## lint, then all tests, a file at a time on each of two cores
	$(BIN)/pytest -n 2 --dist loadfile

bench: $(READY)  ## measure; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

# torch first and by itself: a plain dependency would take the CUDA build, gigabytes of it.
$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv index/CURRENT index/generations index/segments index/eval index/store.sqlite* index/writer.*
