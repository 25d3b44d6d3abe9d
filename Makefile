# Fraudstream: `make help` lists what there is. A newcomer needs two: `make demo` and `make test`.
PYTHON ?= python3
VENVS  := .local/venvs
RUN    := .venv/bin/python
export PYTHONPATH := layers/fraud/python:training:.

# Jobs and the endpoint run on the Python of the SageMaker image where that is installed
CONTAINER_PYTHON ?= $(shell python3.12 -c 'import sys; print(sys.executable)' 2>/dev/null || echo "$(PYTHON)")

# Options of `make demo` and `make local`
DATA ?=
MAPPING ?=
TRANSACTIONS ?= 20000
SEED ?= 7
PORT ?=
KEEP ?=
ARGS ?=
TX ?=
# Options of `make soak`, `make fuzz` and `make cost`
SEEDS ?= 1000
SECONDS ?= 60
RATE ?= 50

.DEFAULT_GOAL := help
.PHONY: help setup demo local stop status retrain redrive explain models sdk spark quality test test-quick reliability soak fuzz bench cost \
  check format docs events build validate deploy clean lock

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  Options: make demo DATA=file.parquet MAPPING=mapping.json TRANSACTIONS=20000 SEED=7 KEEP=1"
	@echo "           make demo ARGS='--column amount_minor=AMOUNT' passes anything else; ARGS=--help lists it"
	@echo "           make local PORT=4566          make deploy ENVIRONMENT=staging"
	@echo "           make soak SEEDS=1000          make fuzz SECONDS=60          make cost RATE=50"
	@echo "           make redrive, soak, fuzz, bench and cost pass ARGS on too; ARGS=--help lists what they take"

setup: ## Make the virtual environments from the pinned, hashed requirements
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Fraudstream needs Python 3.11 or newer; this is %d.%d. Choose another: make PYTHON=python3.13 ..." % sys.version_info[:2])'
	@$(MAKE) -s --no-print-directory -j 4 .venv/.ready $(VENVS)/aws/.ready $(VENVS)/sam/.ready $(VENVS)/runtime/.ready \
	  $(VENVS)/container/.ready

.venv/.ready: requirements/dev.txt
	@sh local/make_venv.sh "$(PYTHON)" .venv $<

$(VENVS)/container/.ready: requirements/container.txt
	@sh local/make_venv.sh "$(CONTAINER_PYTHON)" $(VENVS)/container $<

$(VENVS)/%/.ready: requirements/%.txt
	@sh local/make_venv.sh "$(PYTHON)" $(VENVS)/$* $<

demo: setup ## The whole system on this machine: deploy, train, stream transactions, summary
	@$(RUN) -m local demo --transactions $(TRANSACTIONS) --seed $(SEED) $(if $(DATA),--data "$(DATA)") $(if $(MAPPING),--mapping "$(MAPPING)") $(if $(KEEP),--keep) $(ARGS)

local: setup ## Start the embedded AWS, deploy into it and leave it running
	@$(RUN) -m local up --deploy $(if $(PORT),--port $(PORT))

stop: ## Stop what `make local` started
	@[ ! -x $(RUN) ] || $(RUN) -m local down

status: ## Say what is running and where
	@if [ -x $(RUN) ]; then $(RUN) -m local status || [ $$? -eq 3 ]; else echo "nothing is set up here; make setup does"; fi

retrain: setup ## Start the retraining state machine of `make local` and follow it
	@$(RUN) -m local retrain

redrive: setup ## Send what was given up or quarantined through again, after a fix (safe to repeat)
	@$(RUN) -m operate redrive $(ARGS)

explain: setup ## Compute a decision's score again, to the bit, and say why: make explain TX=...
	@$(RUN) -m operate explain $(if $(TX),"$(TX)") $(ARGS)

models: setup ## List the registered models, their figures, and which one scores
	@$(RUN) -m operate models $(ARGS)

sdk: setup $(VENVS)/sdk/.ready ## Install Amazon's SageMaker SDK (900 MB) for python -m operate training-jobs

spark: setup $(VENVS)/spark/.ready ## Install Spark (400 MB, needs Java) for the tests of the Glue job

quality: setup ## Measure the model by the Handbook's protocol; write docs/model-quality.md (needs the Handbook's data)
	@$(RUN) -m benchmarks.quality $(ARGS)

test: setup ## Run every test, the quick ones first
	@$(RUN) -m pytest -n auto tests/unit tests/property tests/reliability
	@$(RUN) -m pytest -n 2 --dist loadfile tests/e2e tests/integration tests/contract

test-quick: setup ## Run the tests that need no process beside them
	@$(RUN) -m pytest -n auto tests/unit tests/property

reliability: setup ## Run every test that shows a fault or an invariant; write docs/reliability.md
	@$(RUN) -m pytest tests --reliability
	@$(RUN) -m docs.generate

soak: setup ## Random schedules of crashes and faults, by seed
	@$(RUN) -m tests.reliability.soak --seeds $(SEEDS) $(ARGS)

fuzz: setup $(VENVS)/fuzz/.ready ## Search for bytes that break a reader, guided by coverage
	@$(VENVS)/fuzz/bin/python -m tests.fuzz --seconds $(SECONDS) $(ARGS)

bench: setup $(VENVS)/bench/.ready ## Measure against per-record peers, a stream framework and a floor; write docs/performance.md
	@$(VENVS)/bench/bin/python -m benchmarks $(ARGS)

cost: setup ## Dollars per million transactions and per month, at RATE a second
	@$(RUN) -m costs $(if $(filter page measure,$(ARGS)),$(ARGS),--rate $(RATE) $(ARGS))

check: setup ## Lint code, types, architecture, template and state machines
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@.venv/bin/lint-imports
	@$(RUN) -m lint
	@$(VENVS)/sam/bin/sam validate --lint

format: setup ## Format the code
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

docs: setup ## Generate docs/features.md and docs/schemas from the code
	@$(RUN) -m docs.generate

events: setup ## Generate the sample events in events/
	@$(RUN) -m events.generate

build: setup ## Build what `make deploy` uploads, for Lambda
	@$(VENVS)/sam/bin/sam build

validate: setup ## Validate the template with the SAM CLI
	@$(VENVS)/sam/bin/sam validate --lint

deploy: build ## Deploy to the AWS account of your credentials (ENVIRONMENT=default, staging or prod)
	@$(VENVS)/sam/bin/sam deploy --config-env $(or $(ENVIRONMENT),default)

clean: ## Stop and remove everything that was made here
	@if [ -x $(RUN) ]; then $(RUN) -m local down --quiet || true; fi
	rm -rf .local .aws-sam .venv

lock: ## Resolve requirements/*.in anew (needs uv)
	@for name in functions runtime aws sam container dev bench fuzz sdk spark; do \
	  uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-emit-find-links \
	    --no-emit-index-url -q requirements/$$name.in -o requirements/$$name.txt; done
