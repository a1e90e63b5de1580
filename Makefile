# Every path is relative and quoted: the folder may hold spaces and accents. Nothing but git, make and a python3 is needed.
.SUFFIXES:
.NOTPARALLEL:
SHELL = /bin/sh
PORT ?= 8000
DATA_DIR ?= var
PYTHON = .venv/bin/python
TESTS =
WORKERS = 2
INSTALL = requirements/tools.txt requirements/install.sh
# Production settings with throw-away secrets: `check --deploy` must find nothing to say.
PRODUCTION = PORTAL_MODE=production SECRET_KEY="$$(od -An -N40 -tx1 /dev/urandom | tr -d ' \n')" DATA_DIR=/tmp \
	JOURNAL_KEY="$$(head -c 32 /dev/urandom | base64)" SITE_URL=https://portail.example.fr BROKER_URL=redis://localhost EMAIL_URL=smtp+tls://localhost

.PHONY: help run test lint lint-settings format bench faults pins

help:
	@echo "make run [PORT=8000] [DATA_DIR=var]   the portal, with demonstration data"
	@echo "make test [TESTS=tests/events]        the suite on a throw-away PostgreSQL"
	@echo "make lint | format                    style, templates, migrations, settings | put the style right"
	@echo "make bench | faults                   measures | faults and load"
	@echo "make pins                             pin the requirements again, with hashes"

run: .venv/run.ready
	@PORT="$(PORT)" DATA_DIR="$(DATA_DIR)" exec $(PYTHON) -m alliance.running --with-parent

test: .venv/dev.ready
	@exec env -u DJANGO_SETTINGS_MODULE $(PYTHON) -m pytest -n $(WORKERS) --dist worksteal -q -m "not bench and not faults" $(TESTS)

lint: .venv/dev.ready
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@git ls-files -z -- 'templates/*.html' | xargs -0 .venv/bin/djade --check --target-version 6.1
	@$(PYTHON) -m tests.database $(MAKE) --no-print-directory lint-settings

# Beside a database: Django's checks ask for its version.
lint-settings:
	@PORTAL_MODE=test $(PYTHON) manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

format: .venv/dev.ready
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
	@git ls-files -z -- 'templates/*.html' | xargs -0 .venv/bin/djade --target-version 6.1

bench: .venv/dev.ready
	@exec env -u DJANGO_SETTINGS_MODULE BENCH_DIR="$(DATA_DIR)/bench" $(PYTHON) -m pytest -q -s -m bench $(TESTS)

faults: .venv/dev.ready
	@exec env -u DJANGO_SETTINGS_MODULE $(PYTHON) -m pytest -q -m faults --hypothesis-profile=default $(TESTS)

# After a change of requirements/*.in; then say why in docs/decisions/0002-dependencies.md.
pins: .venv/dev.ready
	@for name in tools run dev; do .tools/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt || exit 1; done

.venv/run.ready: requirements/run.txt $(INSTALL)
	@sh requirements/install.sh run

.venv/dev.ready: requirements/dev.txt $(INSTALL)
	@sh requirements/install.sh dev
