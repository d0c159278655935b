# `make demo` and `make test` set up everything they need in .venv; nothing else has to be installed.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/postgres
MARIADB_URL ?= mysql://root@127.0.0.1:3306/mysql
REDIS_URL ?= redis://127.0.0.1:6379/0

BIN := $(VENV)/bin
RUN := $(BIN)/python

.PHONY: help demo test test-services test-browser lint bench chaos contact-sheet messages clean

help:
	@echo "make demo           the example shop with sandbox and worker (PORT=8000)"
	@echo "make test           the test suite, on SQLite"
	@echo "make test-services  the suite on PostgreSQL, MariaDB and Redis"
	@echo "make test-browser   the shop and the hotspot editor in Chromium"
	@echo "make bench          measures against their bars, with peers (40 minutes; ARGS='makespan calls')"
	@echo "make chaos          kills, faults and restarts; what was lost or paid twice (CHAOS_SECONDS=300)"
	@echo "make lint           ruff, import-linter, mypy"
	@echo "make contact-sheet  all try-ons of the shipped pictures in one picture"
	@echo "make messages       texts for translators: updates and compiles locale/"

# The stamps are older than pyproject.toml when the dependencies have changed.
$(VENV)/.demo-ready: pyproject.toml
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@echo "Installing (once; about a minute) ..."
	@$(RUN) -m pip install -qq --upgrade "pip>=25.1"
	@$(RUN) -m pip install -qq --editable "./local[heif]" --editable ".[heif,api]"
	@touch $@

$(VENV)/.dev-ready: pyproject.toml
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@echo "Installing test and lint tools (once; about a minute) ..."
	@$(RUN) -m pip install -qq --upgrade "pip>=25.1"
	@$(RUN) -m pip install -qq --editable "./local[heif]" --editable ".[heif,api,s3]" --group dev --group local/pyproject.toml:test
	@touch $@ $(VENV)/.demo-ready

demo: $(VENV)/.demo-ready
	@$(RUN) example_project/manage.py demo --port $(PORT)

test: $(VENV)/.dev-ready
	$(RUN) -m pytest -m "not browser" --cov --cov-report=term $(ARGS)

lint: $(VENV)/.dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# What touches a database or a queue, on the real ones.
SERVICE_TESTS = tests -m "not package and not browser" --ignore=tests/dashscope --ignore=tests/sandbox

test-services: $(VENV)/.dev-ready
	DATABASE_URL=$(POSTGRES_URL) Q_BROKER=$(REDIS_URL) $(RUN) -m pytest $(SERVICE_TESTS) $(ARGS)
	DATABASE_URL=$(MARIADB_URL) Q_BROKER=orm $(RUN) -m pytest $(SERVICE_TESTS) $(ARGS)

# Chromium comes from Debian's packages; elsewhere CHROMIUM names one that is there.
$(VENV)/.browser-ready: $(VENV)/.dev-ready
	@test -n "$(CHROMIUM)" || command -v chromium >/dev/null || { \
	    test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	    apt-get update -qq && apt-get install -qq --yes chromium >/dev/null; } || { \
	    echo "No Chromium: install it, or set CHROMIUM=/path/to/chromium"; exit 1; }
	@$(RUN) -m pip install -qq --group browser
	@touch $@

test-browser: $(VENV)/.browser-ready
	CHROMIUM="$(CHROMIUM)" $(RUN) -m pytest tests/browser $(ARGS)

# What it takes and what it survives: one JSON line a measure, a table at the end.
bench: $(VENV)/.dev-ready
	POSTGRES_URL=$(POSTGRES_URL) $(RUN) -m benchmarks $(ARGS)

chaos: $(VENV)/.dev-ready
	$(RUN) -m benchmarks.chaos $(ARGS)

contact-sheet: $(VENV)/.demo-ready
	$(RUN) benchmarks/contact_sheet.py docs/pictures/contact-sheet.jpg

# Collects the texts for all languages and compiles what is translated; see CONTRIBUTING.md.
messages: $(VENV)/.dev-ready
	@command -v xgettext >/dev/null || { \
	    echo "GNU gettext is missing: apt-get install gettext, or brew install gettext"; exit 1; }
	cd django_outfitanyone && $(abspath $(BIN))/django-admin makemessages --all --no-obsolete \
	    --add-location file --ignore "sandbox/*"
	cd django_outfitanyone && $(abspath $(BIN))/django-admin compilemessages

clean:
	rm -rf $(VENV) .demo build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
