# Everything runs in .venv, which is made and filled once; PYTHON may name another Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
SPARK := .venv/installed-spark
# What tests of Spark need beside Java, where there is one: 500 MB.
TESTED := $(shell command -v java >/dev/null && echo $(SPARK))
CHART_JS := api_export/page/chart.umd.min.js
SCALE ?= 1m
# Tests write and sync gigabytes: in memory, where there are 4 GB of it.
SCRATCH := $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 4000000 ] 2>/dev/null \
	&& echo /dev/shm || echo "$${TMPDIR:-/tmp}")
# What all processes of a session use, one of them makes (tests/support/sharing.py).
PYTEST := PYTEST_DEBUG_TEMPROOT=$(SCRATCH) $(BIN)/python -m pytest --numprocesses auto --dist worksteal
WORKSPACE := $(abspath $(or $(LOYALTY_WORKSPACE),data))

.PHONY: run test test-deep lint dev docs reference bench bench-campaigns bench-change bench-export \
	bench-fixed bench-forecasts bench-models bench-page bench-pull bench-serve bench-spark run-spark

run: $(CHART_JS)  ## the whole pipeline on the demo source
	$(BIN)/loyalty run

run-spark: $(CHART_JS) $(SPARK)  ## the same with the models on Spark, which needs Java 17 or newer
	LOYALTY_ENGINE=spark $(BIN)/loyalty run

test: $(CHART_JS) $(TESTED)  ## every test
	$(PYTEST)

test-deep: $(CHART_JS) $(TESTED)  ## every test, with thousands of histories and hundreds of kills
	LOYALTY_TEST_HISTORIES=2000 LOYALTY_TEST_RUNS=20 LOYALTY_TEST_KILLS=200 $(PYTEST)

lint: $(INSTALLED)  ## Python and SQL style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests \
		dbt_project/analyses orchestration/sources/demo

dev: $(CHART_JS)  ## Dagster's pages on http://127.0.0.1:3000
	DAGSTER_HOME=$$($(BIN)/python -m orchestration.pipeline.dagster_home $(WORKSPACE)) \
		$(BIN)/dg dev --host 127.0.0.1

docs: $(INSTALLED)  ## every table and its lineage, as one page
	$(BIN)/loyalty docs

reference: $(INSTALLED)  ## docs/command-and-settings.md, from the command and the settings
	$(BIN)/python -m orchestration.cli.reference

bench: $(INSTALLED)  ## the measured numbers of docs/benchmarks.md, for SCALE ledger rows
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_run.py $(SCALE)

bench-campaigns: $(INSTALLED)  ## whether the intervals of simulated campaigns hold
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_campaigns.py

bench-change: $(INSTALLED)  ## what a changed day costs on ledgers of two sizes
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_change.py

bench-export: $(INSTALLED)  ## what the export of many websites costs
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_export.py

bench-fixed: $(INSTALLED)  ## what a run costs that has next to nothing to do
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_fixed.py

bench-forecasts: $(INSTALLED)  ## how well forecasts and their intervals hold, and what they cost
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_forecasts.py

bench-models: $(INSTALLED)  ## what each model and test costs, for SCALE ledger rows
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_models.py $(SCALE)

bench-pull: $(INSTALLED)  ## how fast PostgreSQL is pulled, for SCALE ledger rows
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_pull.py $(SCALE)

bench-page: $(CHART_JS)  ## how fast the page of the last run is
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_page.py

bench-serve: $(INSTALLED)  ## how many readers the API answers, with the marts of the last run
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_serve.py

bench-spark: $(INSTALLED)  ## both engines on the same SCALE ledger rows; SKEW=client or website
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[spark]'
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_spark.py $(SCALE) "$(SKEW)"

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip==26.3
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[postgres,mysql,sqlite,forecast]' --group dev
	touch $@

$(SPARK): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[spark]'
	touch $@

# Without it the pipeline runs all the same, and its export has no page.
$(CHART_JS): api_export/page/fetch.py | $(INSTALLED)
	-$(BIN)/python -m api_export.page.fetch
