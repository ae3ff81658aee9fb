# `make up` runs everything, `make test` tests everything; both first install what they need into .venv.
# Needed beforehand: make and Python 3.11 or newer (PYTHON=… names one).

PORT ?= 8000
FUZZ ?= 50
VENV := .venv
RUN  := $(VENV)/bin/python
# pyvips alone has no wheel. It is pure Python, unless it finds a libvips on the machine to compile itself against;
# that one would then be used instead of the one we lock.
PIP  := PKG_CONFIG=false $(RUN) -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps \
	--no-build-isolation

.DEFAULT_GOAL := help
.PHONY: help up test fuzz check fix bench doctor lock
# Two installations at once would spoil each other.
.NOTPARALLEL:

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

up: $(VENV)/.runtime $(if $(FACES),$(VENV)/.faces) ## run the platform until Ctrl-C (PORT=8000, delivery takes the next; FACES=1 finds faces)
	@exec $(RUN) manage.py up --port "$(PORT)"

test: $(VENV)/.development ## run all tests on servers of their own (ARGS="-k upload")
	@exec $(RUN) -m pytest -n auto $(ARGS)

fuzz: $(VENV)/.development ## try the parsers and decoders with fifty times as many made-up inputs (ARGS="-k svg")
	@exec env FUZZ=$(FUZZ) $(RUN) -m pytest -n auto -m fuzz $(ARGS)

check: $(VENV)/.development ## look at format, lint, types, arrows between rooms, templates
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	$(RUN) -m djlint --check --lint --quiet templates

fix: $(VENV)/.development ## format, and mend what can be mended
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .
	$(RUN) -m djlint --reformat --quiet templates

bench: $(VENV)/.development ## measure; never part of the tests (ARGS="--quick", ARGS="race hop")
	@exec $(RUN) -m tests.bench $(ARGS)

doctor: $(VENV)/.runtime ## say what ails the running instance, and what to do
	@exec $(RUN) manage.py doctor

COMPILE := $(RUN) -m uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --quiet

lock: $(VENV)/.development ## resolve pyproject.toml into the lock files
	$(COMPILE) pyproject.toml --extra embedded -o requirements.lock
	$(COMPILE) --group build -c requirements.lock -o requirements-build.lock
	$(RUN) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["faces"], sep="\n")' \
		| $(COMPILE) - -c requirements.lock -o requirements-faces.lock
	$(COMPILE) pyproject.toml --extra embedded --extra faces --group dev -c requirements.lock -c requirements-faces.lock \
		-o requirements-dev.lock

# --- installing: each stamp is as new as the lock it was made from -----------------------------------

$(VENV)/.build: requirements-build.lock $(VENV)/.made
	$(PIP) -r $<
	@touch $@

$(VENV)/.runtime: requirements.lock $(VENV)/.build
	$(PIP) -r $<
	@touch $@

$(VENV)/.faces: requirements-faces.lock $(VENV)/.build
	$(PIP) -r $<
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.build
	$(PIP) -r $<
	@touch $@

$(VENV)/.made:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { lacking="$${lacking:-$$python}"; continue; }; \
		echo "Making $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv $(VENV) && touch $@ && exit 0 || exit 1; \
	done; \
	if [ -n "$$lacking" ]; then \
		echo "$$lacking comes without venv. On Debian and Ubuntu: apt install $${lacking##*/}-venv"; \
	else \
		echo "Python 3.11 or newer is needed; none was found. If you have one: make PYTHON=/path/to/python3"; \
	fi >&2; \
	exit 1
