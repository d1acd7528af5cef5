# Every target makes .venv itself and needs nothing but Python; pip, uv and npm keep their caches.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# What Python has compiled is kept, wherever this runs: the tests start it more than a hundred times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check help bench screenshots messages lock

run: .venv/runs ## Run the portal on http://localhost:3000 (PORT, HOST and more: .env.example)
	@$(BIN)/python -m practice serve

test: check ## Prove it: everything `check` does, then all tests, in a real browser too
	@$(BIN)/python -m pytest -n 2 --ignore tests/browser
	@$(BIN)/python -m pytest -n 2 tests/browser

check: .venv/proves ## Format, lint, types, import contracts, schema drift, messages, a dry compile
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.checks.migrations
	@$(BIN)/python -m tests.checks.translations
	@$(BIN)/python -m tests.checks.compile

bench: .venv/proves ## Measure: slots, bookings, the outbox, the interface, sockets, start-up, pages, Lighthouse
	@for bench in $(BENCHES); do \
		$(BIN)/python -m tests.bench.$$bench $$(case $$bench in dark_providers|sockets) echo --minutes 1;; esac) || { \
			echo "tests.bench.$$bench failed; the benches after it were not run." >&2; exit 1; }; \
	done

BENCHES := slots booking outbox dark_providers api sign_in sockets notices connections reading soak start_and_pages \
	lighthouse_pages

screenshots: .venv/proves ## Take pictures of every screen into docs/screenshots
	@$(BIN)/python -m tests.screenshots.take

messages: .venv/proves ## Collect the visible sentences into locales/, for translating
	@$(BIN)/python -m tests.checks.translations --write

lock: .venv/proves ## Choose newer versions of the dependencies and write them down with hashes
	@$(BIN)/uv pip compile pyproject.toml $(LOCKING) -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.lock $(LOCKING) -o requirements-dev.lock

LOCKING := --quiet --upgrade --generate-hashes --universal --python-version 3.11 --no-header

help: ## Show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

# One stamp for what runs the portal, one for what proves it; newer locks install again.
.venv/runs: requirements.lock
	@$(call install,requirements.lock)

.venv/proves: requirements-dev.lock
	@$(call install,requirements-dev.lock)
	@touch .venv/runs

# uv is taken from the machine, or from PyPI into .venv at the version of the lock.
define install
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "Python 3.11 or newer is needed; name it with PYTHON=python3.x."; exit 2; }; \
test -x $(BIN)/python || { echo "  making    .venv with the locked packages …"; \
	$(PYTHON) -m venv .venv; }; \
UV=$$(command -v uv || echo $(BIN)/uv); \
test -x "$$UV" || $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	"$$(sed -nE 's/^(uv==[^ ]+).*/\1/p' requirements-dev.lock)"; \
UV_SYSTEM_CERTS=true "$$UV" pip install --quiet --python $(BIN)/python --require-hashes -r $(1) && touch $@
endef
