# Two commands do all the set-up on a bare Debian machine with Node 20: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-page test-deploy faults hosts bench build check clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: build ## three sample environments, six runs, nothing else needed
	@sh scripts/need.sh demo
	@node bin/matre.js demo $(ARGS)

test: node_modules ## all tests, with their own PostgreSQL, Redis and Docker Engine
	@sh scripts/need.sh test
	@node --import tsx scripts/test.mjs $(ARGS)

test-page: node_modules ## the page alone, in a real browser
	@sh scripts/need.sh test
	@MATRE_TEST_ALL=1 node --import tsx scripts/test.mjs test/page

test-all: node_modules ## all tests, whole runs and the page over both engines and both databases: half an hour
	@sh scripts/need.sh test
	@MATRE_TEST_ALL=1 node --import tsx scripts/test.mjs $(ARGS)

test-deploy: node_modules ## deploy/compose.yml with images made here, in a Docker Engine of its own
	@sh scripts/need.sh test
	@npx vitest run --config test/deploy/vitest.config.ts

bench: node_modules ## measure; each bench prints a table and writes bench/results/
	@set -e; for bench in bench/*.ts; do echo "== $$bench"; npx tsx $$bench; done

faults: node_modules ## random faults under load, and a judge: SECONDS, SEED, FAULTS, WORKERS, ENVIRONMENTS, ENGINE
	@sh scripts/need.sh faults
	@node --import tsx test/faults/main.ts

hosts: node_modules ## several hosts, each with its own Docker Engine, cut off one after the other: CUTS, HOSTS, SEED, WORKERS
	@sh scripts/need.sh hosts
	@node --import tsx test/hosts/main.ts

build: dist/.built ## compile to dist/, and the page to dist/web/

check: node_modules ## linter and types
	@npm run --silent check

clean: ## remove what was built
	rm -rf dist node_modules

node_modules: package.json package-lock.json
	@node scripts/node-version.mjs
	npm ci --no-progress --loglevel=error
	@touch node_modules

dist/.built: node_modules tsconfig.build.json $(shell find src web -type f)
	@rm -rf dist && npm run --silent build && touch $@
