# The commands of the project. `make run` and `make test` do all the set-up on a fresh Debian or Ubuntu with Swift 6.1+.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PACKAGES := liblmdb-dev librdkafka-dev libsimdjson-dev libsqlite3-dev libpq-dev zlib1g-dev libzstd-dev pkg-config make
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

# make bench W=W1 N=10000000 JSON=1
BENCH_FLAGS := $(if $(W),--workload $(W)) $(if $(N),--records $(N)) $(if $(JSON),--json)

SWIFT_FILES := Sources Tests Plugins Package.swift Examples/Sources Examples/Tests Examples/Package.swift Benchmarks/Sources \
  Benchmarks/Tests Benchmarks/Package.swift

# How long the tests of a package may take.
TEST_LIMIT ?= 50m

.PHONY: help deps libraries test-server run test soak test-release kafka-demo bench bench-kafka bench-json bench-nexmark bench-batches jobs-demo format lint docs graph clean

help: ## Lists the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

deps: ## Installs what is missing (apt): C libraries, and a PostgreSQL server for the tests
	@$(MAKE) --no-print-directory YES=1 libraries test-server

# Packages are installed by root, and by others only when told: `make deps`, or YES=1.
MAY_INSTALL := $(if $(filter 1,$(YES)),1,$(shell [ "$$(id -u)" = 0 ] && echo 1))

define install
if [ -n "$$missing" ]; then \
  if [ -z "$(MAY_INSTALL)" ]; then \
    echo "missing: $$missing"; \
    echo "Install with: sudo apt-get install $$missing   (or: make deps, which does that; or YES=1 before a target)"; \
    exit 1; \
  fi; \
  echo "installing $$missing"; \
  $(SUDO) apt-get update -qq; \
  $(2) $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(1); \
fi
endef

# Without dpkg the libraries have come in another way, or the build says what is missing.
libraries:
	@command -v dpkg >/dev/null || exit 0; \
	missing=$$(for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done | xargs); \
	$(call install,$$missing)

# The tests start servers of their own; so none is set up as a service of this machine.
test-server:
	@command -v dpkg >/dev/null || exit 0; \
	missing=$$(ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql); \
	$(call install,postgresql,$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql-common && \
	  $(SUDO) sed -ri 's/^#?create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf &&)

# The examples are a package of their own, so that whoever depends on Millrace does not build them.
EXAMPLES := swift build --package-path Examples -c release
BIN = $$($(EXAMPLES) --show-bin-path)

run: libraries ## Builds in release mode and runs the main job: the hourly delays of New York's airports
	$(EXAMPLES) --product FlightDelays
	@mkdir -p out .build; bin=$$(swift build -c release --show-bin-path); mkdir -p "$$bin"; \
	  [ -e .build/release ] || ln -s "$$bin" .build/release; ln -sf "$(BIN)/FlightDelays" .build/release/FlightDelays
	.build/release/FlightDelays run --fresh $(ARGS)

# A quarter of an hour is usual. Tests that stand still for longer are stopped, and where there is a debugger it says what
# each of their threads is at. What failed is said again at the end.
define run-tests
@{ sleep $(TEST_LIMIT) >/dev/null 2>&1 || exit; echo "the tests take longer than $(TEST_LIMIT)"; \
  for p in $$(pgrep -f "^$(CURDIR)/$(1).build/.*PackageTests"); do \
    ! command -v gdb >/dev/null || gdb -p $$p -batch -ex "thread apply all bt 12" 2>/dev/null; kill -KILL $$p; \
  done; } 2>/dev/null & watch=$$!; \
out=$$(mktemp); swift test --package-path ./$(1) --skip-build --no-parallel 2>&1 | tee $$out; status=$${PIPESTATUS[0]}; \
pkill -P $$watch sleep 2>/dev/null; \
[ $$status = 0 ] || { echo; echo "What failed:"; grep -a -A4 "recorded an issue" $$out; }; rm -f $$out; exit $$status
endef

test: libraries test-server ## Builds and runs all tests, one after the other: many of them start brokers and processes
	swift build --build-tests
	$(call run-tests,)
	swift build --package-path Examples --build-tests
	$(call run-tests,Examples/)

# Each round has new seeds, which it prints; MILLRACE_SEED and MILLRACE_ROUNDS run one again.
soak: libraries test-server ## Runs the tests that have seeds with new ones for so long: make soak MINUTES=60 [ROUNDS=100] [TESTS=Batch]
	swift build --build-tests
	@end=$$(($$(date +%s) + 60 * $(or $(MINUTES),30))); round=0; \
	while [ $$(date +%s) -lt $$end ]; do \
	  seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' '); round=$$((round + 1)); \
	  echo "round $$round: MILLRACE_SEED=$$seed MILLRACE_ROUNDS=$(or $(ROUNDS),50)"; \
	  MILLRACE_SEED=$$seed MILLRACE_ROUNDS=$(or $(ROUNDS),50) \
	    swift test --skip-build --no-parallel --filter "$(or $(TESTS),seed)" || exit 1; \
	done; echo "$$round rounds passed"

test-release: libraries ## Runs the test kit's tests in an optimised build, where tasks are scheduled in other ways
	cd Benchmarks && swift build -c release --build-tests
	cd Benchmarks && swift test -c release --skip-build

bench: libraries ## Runs the benchmark workloads: make bench [W=W1] [N=10000000] [JSON=1]
	cd Benchmarks && swift build -c release
	cd Benchmarks && "$$(swift build -c release --show-bin-path)/MillraceBenchmarks" $(BENCH_FLAGS)
	$(if $(W),,cd Benchmarks && "$$(swift build -c release --show-bin-path)/RealBenchmarks" --rows 1000000)

bench-real: libraries ## Measures records with text: JSON, CSV, state, and the main job on 10 million departures
	cd Benchmarks && swift build -c release --product RealBenchmarks
	cd Benchmarks && "$$(swift build -c release --show-bin-path)/RealBenchmarks" $(ARGS)

bench-json: libraries ## Compares JSON decoding and encoding with Foundation's
	cd Benchmarks && swift build -c release --product JSONBenchmarks
	cd Benchmarks && "$$(swift build -c release --show-bin-path)/JSONBenchmarks"

bench-kafka: libraries ## Measures reading, windows exactly once and latency, against a broker of its own
	cd Benchmarks && swift build -c release --product KafkaBenchmarks
	cd Benchmarks && "$$(swift build -c release --show-bin-path)/KafkaBenchmarks" $(ARGS)

bench-nexmark: libraries ## Measures the Nexmark queries: make bench-nexmark [ARGS="q5 --events 10000000"]
	$(EXAMPLES) --product nexmark
	"$(BIN)/nexmark" bench $(ARGS)

kafka-demo: libraries ## Shows offset commits and a fan-out over processes, with a broker of its own
	$(EXAMPLES) --product OffsetCommits
	$(EXAMPLES) --product FanOut
	"$(BIN)/OffsetCommits"
	"$(BIN)/FanOut"

docs: libraries ## Builds the API reference with DocC, into .build/documentation
	swift build
	.ci/docs

format: ## Lays the sources out
	swift format -i -r $(SWIFT_FILES)

lint: ## Checks the layout
	swift format lint --strict -r $(SWIFT_FILES)

jobs-demo: libraries ## Imports a data set with three instances, one of which is killed, in each of the three ways: make jobs-demo [ARGS="--database postgresql://USER@HOST/DATABASE"]
	$(EXAMPLES) --product DatasetImport
	"$(BIN)/DatasetImport" $(ARGS)

bench-batches: libraries ## Messages a second, singly and in batches: make bench-batches [ARGS="--database sqlite:x.db"]
	$(EXAMPLES) --product BulkInsert
	"$(BIN)/BulkInsert" $(ARGS)

graph: libraries ## Draws the main job's operator graph as SVG
	swift package --package-path Examples pipeline-graph --target FlightDelays

clean: ## Removes what was built and run
	rm -rf .build Examples/.build Benchmarks/.build out state
