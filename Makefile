# `make up` runs everything, `make test` tests everything; both install what they need into .venv first.

PORT ?= 8000
VENV := .venv
RUN  := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help up test check fix bench doctor lock
# Installing twice at once would spoil the environment.
.NOTPARALLEL:

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

up: $(VENV)/.runtime ## run the platform with a demo account (PORT=8000; delivery takes the next one)
	@exec $(RUN) manage.py up --port "$(PORT)"

test: $(VENV)/.development ## run every test, on servers of its own (ARGS="-k upload")
	@exec $(RUN) -m pytest -n auto $(ARGS)

check: $(VENV)/.development ## format, lint, types, arrows between rooms, templates
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m djlint --check --lint --quiet templates apps

fix: $(VENV)/.development ## format, and repair what can be repaired
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .
	$(RUN) -m djlint --reformat --quiet templates apps

bench: $(VENV)/.development ## measure (never part of the tests)
	@exec $(RUN) -m tests.bench $(ARGS)

doctor: $(VENV)/.runtime ## say what is wrong with the running instance, and what to do
	@exec $(RUN) manage.py doctor

lock: $(VENV)/.development ## resolve pyproject.toml into the two lock files
