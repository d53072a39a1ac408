# `make demo` and `make test` do all the set-up on a bare Debian machine with Node 20.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-page test-package test-deploy faults retries messages hosts bench build check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: build ## run the demo: three sample environments and six runs, without any set-up
	@sh scripts/need.sh demo
	@node bin/matre.js demo $(ARGS)

test: node_modules ## run all tests, on their own PostgreSQL, Redis and Docker Engine
	@sh scripts/need.sh test
	@node --import tsx scripts/test.mjs $(ARGS)

test-page: node_modules ## run the tests of the page, in a real browser
	@sh scripts/need.sh test
	@MATRE_TEST_ALL=1 node --import tsx scripts/test.mjs test/page

test-all: node_modules ## run all tests, with whole runs and the page on both engines and both databases, and the package: half an hour
	@sh scripts/need.sh test
	@MATRE_TEST_ALL=1 node --import tsx scripts/test.mjs $(ARGS)
	@$(if $(ARGS),,$(MAKE) --no-print-directory test-package)

test-package: build ## test the packed npm package in an empty folder, with Node 20, 22 and 24; needs the npm registry
	@sh scripts/need.sh test
	@npx vitest run --config test/package/vitest.config.ts

test-deploy: node_modules ## test deploy/ in a separate Docker Engine: compose.yml and its guides, the Dockerfiles; needs the registries of Debian and npm
	@sh scripts/need.sh test
	@npx vitest run --config test/deploy/vitest.config.ts

bench: node_modules ## run all benches; each prints a table and writes bench/results/
	@set -e; for bench in bench/*.ts; do echo "== $$bench"; npx tsx $$bench; done

faults: node_modules ## inject random faults under load and judge the result: SECONDS, SEED, FAULTS, RETRIES, HOOKS, PLAYWRIGHT, RESERVATIONS, WORKERS, ENVIRONMENTS, ENGINE
	@sh scripts/need.sh faults
	@node --import tsx test/faults/main.ts

retries: node_modules ## retry runs while workers are killed and stores are away, and judge: RETRIES, SEED, ENVIRONMENTS, WORKERS
	@sh scripts/need.sh faults
	@node --import tsx test/faults/retries/main.ts

messages: node_modules ## send messages while their senders are killed and channels and stores are away, and judge: KILLS, OUTAGES, SEED, PROCESSES
	@sh scripts/need.sh faults
	@node --import tsx test/faults/messages/main.ts

hosts: node_modules ## cut off several hosts, each with its own Docker Engine, one after the other: CUTS, HOSTS, SEED, WORKERS
	@sh scripts/need.sh hosts
	@node --import tsx test/hosts/main.ts

build: dist/.built ## compile to dist/, and the page to dist/web/

check: node_modules ## check style and types
	@npm run --silent check

clean: ## remove build results and dependencies
	rm -rf dist node_modules

node_modules: package.json package-lock.json
	@node scripts/node-version.mjs
	npm ci --ignore-scripts --no-progress --loglevel=error
	@touch node_modules

dist/.built: node_modules tsconfig.build.json $(shell find src web -type f)
	@rm -rf dist && npm run --silent build && touch $@
