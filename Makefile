# Every target sets up what it needs in .venv; nothing else has to be installed.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
WORKERS ?= auto
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/postgres
MARIADB_URL ?= mysql://root@127.0.0.1:3306/mysql
REDIS_URL ?= redis://127.0.0.1:6379/0

BIN := $(VENV)/bin
RUN := $(abspath $(BIN))/python
PARALLEL := --numprocesses $(WORKERS) --dist worksteal
SPEC := pyproject.toml local/pyproject.toml

.PHONY: help demo test test-all test-services test-browser test-clients test-matrix test-integrations lint docs \
    bench chaos mutants contact-sheet guide-pictures guide-page guide-screenshots messages clean

help:
	@echo "make demo           start the example shop with sandbox and worker (PORT=8000)"
	@echo "make test           run the fast tests of both distributions on SQLite"
	@echo "make test-all       run all tests except the browser's, with coverage"
	@echo "make test-services  run the tests that use a database on PostgreSQL with Redis, and on MariaDB"
	@echo "make test-browser   test the shop and the hotspot editor in Chromium"
	@echo "make test-clients   generate clients of the API and use them, and test the API with schemathesis"
	@echo "make test-matrix    test every supported pair of Python and Django (PAIRS='3.10-5.2 3.13-6.1')"
	@echo "make test-integrations  test the adapter for django-oscar with the real package"
	@echo "make lint           run ruff, import-linter and mypy"
	@echo "make docs           build the documentation; a warning is an error"
	@echo "make bench          measure against the targets and peers (hours; ARGS='makespan calls', or QUICK=1: 5 minutes)"
	@echo "make chaos          kill, cut off and restart, then count losses and double payments (CHAOS_SECONDS=300)"
	@echo "make mutants        change details of the code and see whether its tests notice (ARGS='--all worker/lease')"
	@echo "make contact-sheet  draw every try-on of the shipped pictures into one picture"
	@echo "make guide-pictures draw the example pictures of the picture guide anew"
	@echo "make guide-screenshots make the screenshots of docs/admin.md anew"
	@echo "make guide-page     write docs/pictures.md from the picture guide"
	@echo "make messages       update and compile the translations"

# A stamp that is older than a pyproject.toml means that the dependencies have changed.
$(VENV)/.demo-ready: $(SPEC)
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@echo "Installing (once; about a minute) ..."
	@$(RUN) -m pip install -qq --upgrade "pip>=25.1"
	@$(RUN) -m pip install -qq --editable ./local --editable ".[heif,api]"
	@touch $@

$(VENV)/.dev-ready: $(SPEC)
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@echo "Installing test and lint tools (once; about a minute) ..."
	@$(RUN) -m pip install -qq --upgrade "pip>=25.1"
	@$(RUN) -m pip install -qq --editable ./local --editable ".[heif,api,s3]" \
	    --group dev --group local/pyproject.toml:test
	@touch $@ $(VENV)/.demo-ready

demo: $(VENV)/.demo-ready
	@$(RUN) example_project/manage.py demo --port $(PORT)

# Both suites run even if the first one fails. Exit code 5 means that ARGS selects none of a suite.
test: $(VENV)/.dev-ready
	@failed=0; \
	(cd local && $(RUN) -m pytest -m "not slow" $(PARALLEL) $(ARGS)) || test $$? = 5 || failed=1; \
	$(RUN) -m pytest -m "not browser and not slow" $(PARALLEL) $(ARGS) || test $$? = 5 || failed=1; \
	exit $$failed

COVERAGE := --cov --cov-report=term

test-all: $(VENV)/.dev-ready
	@failed=0; \
	(cd local && $(RUN) -m pytest $(PARALLEL) $(COVERAGE) $(ARGS)) || test $$? = 5 || failed=1; \
	$(RUN) -m pytest -m "not browser and not clients" $(PARALLEL) $(COVERAGE) $(ARGS) || test $$? = 5 || failed=1; \
	exit $$failed

lint: $(VENV)/.dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# Each worker gets its own database and queue.
SERVICE_TESTS := tests --database-only -m "not package and not browser and not clients" $(PARALLEL) \
    --ignore=tests/admin_themes

# MariaDB's tests run even if PostgreSQL's fail.
test-services: $(VENV)/.dev-ready
	@failed=0; \
	DATABASE_URL=$(POSTGRES_URL) Q_BROKER=$(REDIS_URL) $(RUN) -m pytest $(SERVICE_TESTS) $(ARGS) || failed=1; \
	DATABASE_URL=$(MARIADB_URL) Q_BROKER=orm $(RUN) -m pytest $(SERVICE_TESTS) $(ARGS) || failed=1; \
	exit $$failed

# Chromium comes from Debian's packages; elsewhere CHROMIUM names an installed one.
# The themes come from npm; without it the tests inside themes are skipped.
THEMES := tests/browser/themes

$(VENV)/.browser-ready: $(VENV)/.dev-ready $(THEMES)/package-lock.json
	@test -n "$(CHROMIUM)" || command -v chromium >/dev/null || { \
	    test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	    apt-get update -qq && apt-get install -qq --yes chromium >/dev/null; } || { \
	    echo "No Chromium: install it, or set CHROMIUM=/path/to/chromium"; exit 1; }
	@$(RUN) -m pip install -qq --group browser --group themes
	@npm ci --prefix $(THEMES) --ignore-scripts --no-audit --no-fund --silent || \
	    echo "npm cannot install the themes: the tests inside them will be skipped"
	@touch $@

test-browser: $(VENV)/.browser-ready
	CHROMIUM="$(CHROMIUM)" $(RUN) -m pytest tests/browser tests/admin_themes $(PARALLEL) \
	    $(ARGS)

# These tools have many dependencies, so they get an environment of their own.
CLIENTS := $(VENV)/clients
TYPESCRIPT := tests/clients/typescript

$(VENV)/.clients-ready: $(VENV)/.dev-ready $(TYPESCRIPT)/package-lock.json
	@test -x $(CLIENTS)/bin/python || $(RUN) -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip install -qq --upgrade "pip>=25.1"
	@$(CLIENTS)/bin/python -m pip install -qq --group clients
	@npm ci --prefix $(TYPESCRIPT) --ignore-scripts --no-audit --no-fund --silent || \
	    echo "npm cannot install the TypeScript tools: the test of that client will be skipped"
	@touch $@

test-clients: $(VENV)/.clients-ready
	$(RUN) -m pytest tests/clients $(ARGS)

$(VENV)/.matrix-ready: $(VENV)/.dev-ready
	@$(RUN) -m pip install -qq --group matrix
	@touch $@

# Without PAIRS a Python that is not installed is skipped; a pair that is named must run.
# pyenv's shims would hide the interpreters that are installed but not activated.
INTERPRETERS := $(subst $() ,:,$(wildcard $(HOME)/.pyenv/versions/3.1[0-9].*/bin))

test-matrix: $(VENV)/.matrix-ready
	PATH="$(INTERPRETERS):$$PATH" $(BIN)/nox --reuse-existing-virtualenvs \
	    $(if $(PAIRS),--error-on-missing-interpreters --sessions $(foreach pair,$(PAIRS),"tests($(pair))"),--no-error-on-missing-interpreters) \
	    $(if $(ARGS),-- $(ARGS))

# Packages that the app works with, each in an environment of its own.
test-integrations: $(VENV)/.matrix-ready
	PATH="$(INTERPRETERS):$$PATH" $(BIN)/nox --reuse-existing-virtualenvs \
	    --error-on-missing-interpreters --sessions oscar

$(VENV)/.docs-ready: $(VENV)/.dev-ready
	@$(RUN) -m pip install -qq --group docs
	@touch $@

docs: $(VENV)/.docs-ready
	$(RUN) -m sphinx --fail-on-warning --keep-going --quiet -b dirhtml docs build/docs
	@echo "Open build/docs/index.html"

# gunicorn, and Playwright for what visitors see; without a Chromium that part is skipped.
$(VENV)/.bench-ready: $(VENV)/.dev-ready
	@$(RUN) -m pip install -qq --group bench
	@touch $@

# What it takes: one JSON line a measure, a table at the end. QUICK=1 is for everyday use.
bench: $(VENV)/.bench-ready
	QUICK=$(QUICK) POSTGRES_URL=$(POSTGRES_URL) CHROMIUM="$(CHROMIUM)" $(RUN) -m benchmarks $(ARGS)

chaos: $(VENV)/.dev-ready
	$(RUN) -m benchmarks.chaos $(ARGS)

$(VENV)/.mutants-ready: $(VENV)/.dev-ready
	@$(RUN) -m pip install -qq --group mutants
	@touch $@

# Mutation tests of the modules that guard money, leases and permissions; see CONTRIBUTING.md.
mutants: $(VENV)/.mutants-ready
	$(RUN) -m benchmarks.mutants $(ARGS)

contact-sheet: $(VENV)/.demo-ready
	$(RUN) benchmarks/contact_sheet.py docs/pictures/contact-sheet.jpg

# What people see where they upload pictures, and the same as a page of the documentation.
guide-pictures: $(VENV)/.demo-ready
	$(RUN) -m benchmarks.guide_pictures $(ARGS)

# The screenshots of the guide for shop admins; needs Chromium.
guide-screenshots: $(VENV)/.browser-ready
	$(RUN) -m benchmarks.guide_screenshots $(ARGS)

guide-page: $(VENV)/.demo-ready
	$(RUN) -m benchmarks.guide_pictures.page docs/pictures.md

# Collects the texts for all languages and compiles what is translated; see CONTRIBUTING.md.
messages: $(VENV)/.dev-ready
	@command -v xgettext >/dev/null || { \
	    echo "GNU gettext is missing: apt-get install gettext, or brew install gettext"; exit 1; }
	cd django_outfitanyone && $(abspath $(BIN))/django-admin makemessages --all --no-obsolete \
	    --add-location file
	cd django_outfitanyone && $(abspath $(BIN))/django-admin compilemessages
	cd example_project/shop && $(abspath $(BIN))/django-admin makemessages --all --no-obsolete \
	    --no-location
	cd example_project/shop && $(abspath $(BIN))/django-admin compilemessages

clean:
	rm -rf $(VENV) .demo .nox $(THEMES)/node_modules $(TYPESCRIPT)/node_modules build dist local/build local/dist *.egg-info local/*.egg-info \
	    .mypy_cache .pytest_cache .ruff_cache local/.pytest_cache
