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
NAME ?=
RULES ?=
OUT ?=
# Options of `make soak`, `make fuzz` and `make cost`
SEEDS ?= 1000
SECONDS ?= 60
RATE ?= 50
# Options of `make pause` and `make erase`
HOURS ?=
CARD ?=
# Ids come from outside: neither make nor the shell may take a part of one for a command of theirs.
override export TX := $(value TX)
override export CARD := $(value CARD)

.DEFAULT_GOAL := help
.PHONY: help setup demo scenario local stop status retrain redrive explain rules backtest export drift models doctor pause resume erase tokens sdk spark quality test test-quick pictures reliability soak fuzz bench cost \
  check format docs vendor sbom events build validate deploy clean lock

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  Options: make demo DATA=file.parquet MAPPING=mapping.json TRANSACTIONS=20000 SEED=7 KEEP=1"
	@echo "           make demo ARGS='--column amount_minor=AMOUNT' passes anything else; ARGS=--help lists it"
	@echo "           make local PORT=4566          make deploy ENVIRONMENT=staging"
	@echo "           make backtest RULES=new.yaml ARGS='--html report.html'          make export OUT=decisions.parquet"
	@echo "           make soak SEEDS=1000          make fuzz SECONDS=60          make cost RATE=50"
	@echo "           make redrive, soak, fuzz, bench and cost pass ARGS on too; ARGS=--help lists what they take"

setup: ## Make the virtual environments from the pinned, hashed requirements
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Fraudstream needs Python 3.11 or newer; this is %d.%d. Choose another: make PYTHON=python3.13 ..." % sys.version_info[:2])'
	@$(MAKE) -s --no-print-directory -j 4 .venv/.ready $(VENVS)/aws/.ready $(VENVS)/sam/.ready $(VENVS)/runtime/.ready \
	  $(VENVS)/container/.ready

.venv/.ready: requirements/dev.txt
	@sh local/make_venv.sh "$(PYTHON)" .venv $<

# What drives a browser goes beside what tests run with; the demo does without its 50 MB.
.venv/.browser: requirements/browser.txt .venv/.ready
	@echo "installing $< into .venv"
	@.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(VENVS)/container/.ready: requirements/container.txt
	@sh local/make_venv.sh "$(CONTAINER_PYTHON)" $(VENVS)/container $<

$(VENVS)/%/.ready: requirements/%.txt
	@sh local/make_venv.sh "$(PYTHON)" $(VENVS)/$* $<

# Without npm the scanners that need it are left out; `make check` says so, and fails where CI is set.
.local/node/.ready: lint/security/package-lock.json
	@sh local/make_node.sh lint/security .local/node "cdk-nag and cfn-guard"

.local/console/.ready: console/package-lock.json
	@sh local/make_node.sh console .local/console "the checks of the console"

demo: setup ## The whole system on this machine: deploy, train, stream transactions, summary
	@$(RUN) -m local demo --transactions $(TRANSACTIONS) --seed $(SEED) $(if $(DATA),--data "$(DATA)") $(if $(MAPPING),--mapping "$(MAPPING)") $(if $(KEEP),--keep) $(ARGS)

scenario: setup ## Tell a story on a stack of its own: NAME=drift|endpoint-down|spike|bad-model|rollback (none lists them)
	@$(RUN) -m local scenario $(NAME) $(if $(KEEP),--keep) $(ARGS)

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
	@$(RUN) -m operate explain $(if $(value TX),"$$TX") $(ARGS)

rules: setup ## The fraud team's rules and lists: ARGS="validate", "publish FILE --why ...", "log", "diff", "back"
	@$(RUN) -m operate rules $(ARGS)

backtest: setup ## Try changed rules on the archive: caught, stopped, alerts, money: make backtest RULES=new.yaml
	@$(RUN) -m operate backtest $(if $(RULES),"$(RULES)") $(ARGS)

export: setup ## Write decisions with their labels to a file: make export OUT=decisions.parquet
	@$(RUN) -m operate export $(if $(OUT),--out "$(OUT)") $(ARGS)

doctor: ## Look whether this machine, and a stack, are fit; what is wrong and what to do
	@$(if $(wildcard $(RUN)),$(RUN),$(PYTHON)) -m operate doctor $(ARGS)

pause: setup ## Stop what costs while idle; records wait in the stream: make pause HOURS=12
	@$(RUN) -m operate pause $(if $(HOURS),--hours $(HOURS)) $(ARGS)

resume: setup ## Undo what pause did, exactly
	@$(RUN) -m operate resume $(ARGS)

erase: setup ## Erase a card's data on request, and verify it: make erase CARD=<card_id> ARGS=--dry-run
	@$(RUN) -m operate erase "$$CARD" $(ARGS)

tokens: setup ## Replace card numbers in a file by tokens: make tokens ARGS="--in FILE --column pan --out FILE --key-file FILE"
	@$(RUN) -m operate tokens $(ARGS)

drift: setup ## What moved since the champion learned, and what was done: the last report as a table
	@$(RUN) -m operate drift $(ARGS)

models: setup ## List the registered models, their figures, and which one scores
	@$(RUN) -m operate models $(ARGS)

sdk: setup $(VENVS)/sdk/.ready ## Install Amazon's SageMaker SDK (900 MB) for python -m operate training-jobs

spark: setup $(VENVS)/spark/.ready ## Install Spark (400 MB, needs Java) for the tests of the Glue job

quality: setup ## Measure the model by the Handbook's protocol; write docs/model-quality.md (needs the Handbook's data)
	@$(RUN) -m benchmarks.quality $(ARGS)

test: setup $(VENVS)/cli/.ready .venv/.browser .local/console/.ready ## Run every test, the quick ones first
	@$(RUN) -m pytest -n auto tests/unit tests/property tests/reliability
	@$(RUN) -m pytest -n 4 --dist loadfile tests/browser tests/e2e tests/integration tests/contract

pictures: setup .venv/.browser ## Draw the pages of the console anew for the documentation (needs Chromium)
	@$(RUN) -m pytest tests/browser/test_browser_pictures.py --pictures

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

check: setup $(VENVS)/security/.ready .local/node/.ready .local/console/.ready ## Lint code, types, architecture, template and state machines; scan for holes
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@.venv/bin/lint-imports
	@$(RUN) -m lint
	@$(RUN) -m lint.console
	@$(VENVS)/sam/bin/sam validate --lint
	@$(VENVS)/security/bin/python -m lint.security

format: setup .local/console/.ready ## Format the code
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m lint.console format

docs: setup ## Generate docs/features.md, docs/schemas, the API's description and its table from the code
	@$(RUN) -m docs.generate

vendor: setup .local/console/.ready ## Make console/vendor anew from console/package-lock.json (needs npm)
	@$(RUN) -m lint.console vendor

sbom: setup ## Write the bills of materials of functions, jobs and the console from their locks (docs/sbom)
	@$(RUN) -m docs.bill_of_materials

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
	@for name in functions rules arrow runtime aws sam container dev browser bench fuzz sdk spark cli security; do \
	  uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-emit-find-links \
	    --no-emit-index-url -q requirements/$$name.in -o requirements/$$name.txt; done
