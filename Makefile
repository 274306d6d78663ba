# One word a task. `make demo` and `make test` are all that a new machine needs.
BIN := .venv/bin
DEMO := build/demo

.PHONY: help demo test test-all lint bench docs clean

help:
	@echo "make demo      install, simulate lysozyme, process it, show the result (build/demo)"
	@echo "make test      install and run the tests"
	@echo "make test-all  the tests, the long ones too"
	@echo "make lint      ruff, mypy, import-linter"
	@echo "make bench     benchmarks (docs/benchmarks.md says what they measure)"
	@echo "make docs      write the generated pages of docs/, build the site (build/site)"
	@echo "make clean     remove build/"

$(BIN)/sweepwright: pyproject.toml scripts/make-venv
	scripts/make-venv

.PHONY: dev dials
dev: $(BIN)/sweepwright
	scripts/make-venv dev

dials:
	scripts/need-dials

.PHONY: modules
modules:
	scripts/need-modules

demo: $(BIN)/sweepwright dials
	mkdir -p $(DEMO)
	$(BIN)/sweepwright simulate examples/simulations/lysozyme.yaml -o $(DEMO)
	cp examples/jobs/lysozyme.yaml $(DEMO)/lysozyme.yaml
	$(BIN)/sweepwright run $(DEMO)/lysozyme.yaml -o $(DEMO)/run

test: dev dials modules lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not long"

test-all: dev dials modules lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: dev
	$(BIN)/ruff check compiler tests benchmarks docs
	$(BIN)/ruff format --check compiler tests benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: dev dials
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/compile_times.py

docs: dev
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "build/site/index.html"

clean:
	rm -rf build
