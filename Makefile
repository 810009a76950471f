# The front door. Each target does all the set-up it needs on a new Debian machine; the work is in tools/.
.DEFAULT_GOAL := build
.NOTPARALLEL:
.PHONY: help build demo run test check prove format fuzz bench soak screenshots clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-12s %s\n' "$$name" "$$text"; done

build: ## build the program: build/release/blackedoutchat
	@tools/setup build
	@tools/build release blackedoutchat
	@echo "built build/release/blackedoutchat"

demo: build ## a private Tor network with Alice and Bob on it, until Ctrl+C (ARGS="--check" tells their story and ends)
	@build/release/blackedoutchat demo $(ARGS)

run: build ## run your own node (ARGS="--port 8080")
	@build/release/blackedoutchat run $(ARGS)

test: ## every test; ends with the line "N passed, N failed"
	@tools/setup build test
	@tools/test $(ARGS)

check: ## static checks of the source
	@tools/setup build test
	@tools/check $(ARGS)

prove: ## CBMC: the parsers of bytes from outside, for all inputs at once (ARGS="handshake record/open")
	@tools/setup build
	@tools/prove $(ARGS)

format: ## lay out the C files as make check wants them
	@tools/setup test
	@git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

SECONDS ?= 600
fuzz: ## run the libFuzzer targets for ten minutes in all (SECONDS=3600, ARGS="TARGET...")
	@tools/setup build test
	@tools/fuzz $(SECONDS) $(ARGS)

bench: build ## measure a link and a database of a million messages by themselves, the page with a hundred thousand, a node with a thousand contacts, then whole nodes on a private Tor network beside raw streams, OnionShare and bare tor (twenty minutes)
	@tools/setup bench
	@tools/packages ui
	@tools/build release tests/bench/bench_link tests/bench/bench_store tests/faults/old_vault
	@build/release/tests/bench/bench_link
	@build/release/tests/bench/bench_store
	@tools/node tests/bench/bench_page.mjs
	@tools/node tests/bench/bench_node.mjs
	@tools/node tests/bench/bench_path.mjs
	@tools/node tests/bench/bench_online.mjs
	@tools/node tests/bench/bench_crowd.mjs
	@build/release/blackedoutchat demo --check $(ARGS)

MINUTES ?= 60
PEERS ?= 20
soak: build ## twenty peers who all write to each other for an hour, while processes die and paths are cut (MINUTES=10 PEERS=20 SEED=1)
	@MINUTES=$(MINUTES) PEERS=$(PEERS) SEED=$(SEED) tools/node tests/soak/soak.mjs

screenshots: ## make every picture in docs/screens anew: two stories in Chromium, on a private Tor network
	@tools/setup build test
	@tools/screenshots

clean: ## delete everything that was built
	@rm -rf build ui/dist ui/node_modules tests/node_modules
