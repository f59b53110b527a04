# What a developer types; the work is done by CMake, ctest and the scripts in tools/. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
TEST_JOBS ?= 3
PORT_BASE ?= 8080
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60

# What the sanitizer builds cover; everything is covered by the plain build.
ASAN_PARTS := unit golden plugin abi feature
TSAN_PARTS := unit/base unit/store unit/host unit/discovery unit/sources unit/engine unit/xds unit/report plugin
existing = $(patsubst tests/%/CMakeLists.txt,tests/%/all,$(wildcard $(1:%=tests/%/CMakeLists.txt)))

.PHONY: help deps build run kube test check fmt golden reference asan asan-build tsan tsan-build fuzz bench bench-quick bench-layouts bench-transformation bench-build install clean

help:  ## List the targets
	@echo "Solder: an Envoy control plane made of plugins. Targets:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  \1\t/' | expand -t 14
	@echo "Settings: PORT_BASE=$(PORT_BASE) (run) JOBS=$(JOBS) TEST_JOBS=$(TEST_JOBS) PREFIX=$(PREFIX) FUZZ_SECONDS=$(FUZZ_SECONDS)"

deps:  ## Install the Debian packages that are missing
	@tools/install-deps.sh

build: deps build/build.ninja  ## Build build/bin/solder and build/lib/solder/plugins/*.so
	@cmake --build build -j $(JOBS) --target cli/all plugins/all

build/build.ninja: | deps
	@cmake --preset dev
# clang-tidy wants a command for each file.
build-check/build.ninja: | deps
	@cmake --preset dev -B build-check -DSOLDER_UNITY=OFF
build-asan/build.ninja: | deps
	@cmake --preset asan
build-tsan/build.ninja: | deps
	@cmake --preset tsan

run: build  ## Start Solder, an Envoy and a sample backend; Ctrl-C stops them
	@exec python3 tools/run.py --port-base $(PORT_BASE)

kube: build  ## Start a Kubernetes API server with Solder's definitions on loopback; Ctrl-C stops it
	@exec python3 tests/e2e/kube_server.py

# The sanitizers' builds are part of the run: end-to-end tests leave most of the processor to the compilers.
test: deps build/build.ninja build-asan/build.ninja build-tsan/build.ninja  ## Build and run all tests, those that matter under the sanitizers as well
	@cmake --build build -j $(JOBS)
	@python3 tools/join_tests.py build/all-tests --build asan --build tsan build $(addprefix build-asan/tests/,$(ASAN_PARTS)) $(addprefix build-tsan/tests/,$(TSAN_PARTS))
	@tools/run_tests.sh build/all-tests -j $(TEST_JOBS)

asan-build: deps build-asan/build.ninja
	@cmake --build build-asan -j $(JOBS) --target cli/all plugins/all $(call existing,$(ASAN_PARTS))

tsan-build: deps build-tsan/build.ninja
	@cmake --build build-tsan -j $(JOBS) --target $(call existing,$(TSAN_PARTS))

asan: asan-build  ## Run the unit, golden, plugin and feature tests under AddressSanitizer
	@python3 tools/join_tests.py build-asan/selected $(addprefix build-asan/tests/,$(ASAN_PARTS))
	@tools/run_tests.sh build-asan/selected -j $(TEST_JOBS)

tsan: tsan-build  ## Run the tests of everything with threads under ThreadSanitizer
	@python3 tools/join_tests.py build-tsan/selected $(addprefix build-tsan/tests/,$(TSAN_PARTS))
	@tools/run_tests.sh build-tsan/selected -j $(TEST_JOBS)

golden: deps build/build.ninja  ## Run the golden cases; UPDATE=1 rewrites what they expect
	@cmake --build build -j $(JOBS)
	@$(if $(UPDATE),UPDATE=1) tools/run_tests.sh build -L golden

reference: deps  ## Write docs/reference anew from the schemas of the core and the plugins
	@python3 tools/reference/generate.py

check: deps build-check/build.ninja  ## Formatting, clang-tidy (FILES=all: every file), file sizes, include rules
	@python3 tools/check_tree.py --named-tests
	@tools/format.sh --check
	@cmake --build build-check -j $(JOBS) --target solder_envoy_messages
	@tools/tidy.sh $(FILES)

fmt: deps  ## Format all C and C++ files
	@tools/format.sh

fuzz: deps  ## Build the fuzzers with clang and run each for FUZZ_SECONDS
	@cmake --preset fuzz
	@cmake --build build-fuzz -j $(JOBS) --target tests/fuzz/all
	@tools/fuzz.sh build-fuzz $(FUZZ_SECONDS)

bench: bench-build  ## Measure Solder beside its peers, into docs/benchmarks (half an hour; WORLDS, SCENARIOS, ROUNDS choose)
	@python3 bench/run.py --build build-release $(if $(WORLDS),--worlds $(WORLDS)) $(if $(SCENARIOS),--scenarios $(SCENARIOS)) $(if $(ROUNDS),--rounds $(ROUNDS))

bench-quick: bench-build  ## The same for one world in a minute: JSON lines on standard output
	@python3 bench/run.py --quick --build build-release

bench-layouts: bench-build  ## What a changed route costs a real Envoy in each layout of a large listener (docs/layouts.md)
	@python3 bench/layouts.py --build build-release $(if $(WORLDS),--worlds $(WORLDS))

bench-transformation: bench-build  ## Transformations by the module against Envoy's Lua filter (docs/transformations.md)
	@python3 bench/transformation.py --build build-release

# Says what it does on standard error: standard output is for what was measured.
bench-build:
	@tools/install-deps.sh >&2
	@[ -f build-release/build.ninja ] || cmake --preset release >&2
	@cmake --build build-release -j $(JOBS) --target cli/all plugins/all bench/all >&2
	@bench/build_peers.sh build-release/bench/peers >&2

install: deps  ## Install into PREFIX: the program, its plugins, the plugin SDK
	@cmake --preset release
	@cmake --build build-release -j $(JOBS)
	@cmake --install build-release --prefix $(PREFIX)

clean:  ## Remove what was built (the fetched Envoy stays in the cache)
	@rm -rf build build-asan build-check build-tsan build-release build-fuzz
