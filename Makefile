# The commands of Genesis. Each gets first what it needs; `make` alone lists them.
# A recipe ends in `exec`, so that a signal to make reaches the program itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-interop check bench-pages bench-certificates messages

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## Run Genesis with invented people: PORT, GENESIS_VAR, GENESIS_DEMO_PASSWORD
	@scripts/setup demo && exec .venv/bin/python -m demo.run

demo-reset: ## Delete the demo's data
	@scripts/setup demo && exec .venv/bin/python -m demo.run --reset

test: ## Run everything: the gate, the tests, the browser
	@scripts/setup test && exec scripts/test

check: ## Run the gate alone: linters, types, settings, migrations
	@scripts/setup demo && exec scripts/check

test-interop: ## Let others' programs look at a certificate (needs node and npm)
	@scripts/setup test && npm ci --prefix interop --no-audit --no-fund --ignore-scripts && exec .venv/bin/python -m pytest tests/certification/interop.py -n 0

bench-pages: ## Measure the pages with 100,000 people
	@scripts/setup demo && exec .venv/bin/python -m benchmarks.pages

bench-certificates: ## Measure signing and printing, beside bare WeasyPrint
	@scripts/setup test && exec .venv/bin/python -m benchmarks.certificates

messages: ## Bring the new texts of the code into locale/ (needs GNU gettext)
	@scripts/setup test && exec .venv/bin/python manage.py makemessages --locale es --no-location --ignore '.venv/*' --ignore 'var/*'
