# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

BINARY := distribution/otelcol-aiops
# Tools are pinned in a module of their own, so that none of them is in the
# dependency graph of a user of our components.
TOOL := go tool -modfile=$(CURDIR)/tools/go.mod
MODULES := . testbed

# These two modules are public, but have no record in the checksum database at
# v0.155.0, so the one command that writes the lock takes them without. Their
# hashes are in distribution/go.sum from then on, and every build checks them.
# Never widen this list.
CONTRIB := github.com/open-telemetry/opentelemetry-collector-contrib
NO_CHECKSUM_RECORD := $(CONTRIB)/pkg/stanza,$(CONTRIB)/testbed

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Run on this machine's logs and metrics; LOGS=/some/dir adds a directory
	@LOGS="$(LOGS)" scripts/run.sh

.PHONY: top
top: ## Show the clusters that `make run` has found
	@test -f run/logs.jsonl || { echo 'nothing yet: make run'; exit 1; }
	@go run ./cmd/logtop -width $$(test -t 1 && tput cols || echo 160) run/logs.jsonl

.PHONY: explain
explain: ## Say how log lines are read: make explain A='first line' B='second line'
	@go run ./cmd/explain $(if $(A),"$$A") $(if $(B),"$$B")

.PHONY: picture
picture: ## Draw what `make run` has found, as the README shows it
	@test -f run/logs.jsonl || { echo 'nothing yet: make run'; exit 1; }
	@go run ./cmd/logtop -picture docs/images/logs-before-after.svg run/logs.jsonl
	@echo docs/images/logs-before-after.svg

.PHONY: build
build: ## Compile the distribution from its lock
	@scripts/build.sh

.PHONY: test
test: ## Run everything: lint, unit tests with the race detector, build, end-to-end
	@scripts/test.sh

.PHONY: backends
backends: ## Compile the Loki and Prometheus that the end-to-end tests run
	@scripts/backends.sh

.PHONY: test-backends
test-backends: ## Test the distribution with a real Loki and a real Prometheus
	@scripts/test-backends.sh

.PHONY: test-chart
test-chart: ## Lint and render the Helm chart (the first time the Helm library is compiled: a minute)
	@cd testbed/chart && go test -count=1 ./...

.PHONY: release
release: ## Make archives, packages, SBOMs and the chart in dist/; SNAPSHOT=1 without a tag, TARGETS="linux/amd64"
	@SNAPSHOT="$(SNAPSHOT)" TARGETS="$(TARGETS)" scripts/release.sh

.PHONY: image
image: ## Build the image with docker, podman or buildah; ARCH="amd64 arm64" for both
	@scripts/image.sh

.PHONY: test-image
test-image: ## Build the image and start it, where there is buildah and podman
	@scripts/build.sh
	@cd testbed && $(TOOL) gotestsum --format pkgname -- -count=1 -timeout 20m ./image/...

.PHONY: dashboards
dashboards: ## Write the Grafana dashboards
	@go run ./cmd/dashboards deploy/grafana/dashboards

.PHONY: lint
lint: ## Check format and style
	@for m in $(MODULES); do (cd $$m && $(TOOL) golangci-lint run --allow-parallel-runners ./...); done

.PHONY: format
format: ## Format the Go code
	@for m in $(MODULES); do (cd $$m && $(TOOL) golangci-lint fmt ./...); done

.PHONY: generate
generate: ## Write the files that mdatagen makes from metadata.yaml
	@go generate ./...

.PHONY: lock
lock: ## Renew the lock after a change to builder-config.yaml or go.mod
	@GONOSUMDB=$(NO_CHECKSUM_RECORD) $(TOOL) builder --config builder-config.yaml \
		--skip-compilation --skip-strict-versioning=false
	@git --no-pager diff --stat -- distribution

.PHONY: accuracy-logs
accuracy-logs: ## Print the accuracy of log clustering on labelled data, beside peers'
	@cd testbed && go run ./cmd/accuracy-logs

.PHONY: accuracy-match
accuracy-match: ## Print what the knowledge base answers to questions in other words, and how far to trust it
	@cd testbed && go run ./cmd/accuracy-match

.PHONY: accuracy-forecast
accuracy-forecast: ## Print the accuracy of forecasts on public data, beside other methods
	@cd testbed && go run ./cmd/accuracy-forecast

.PHONY: accuracy-incidents
accuracy-incidents: ## Print how incidents find injected faults, beside grouping alerts
	@cd testbed && go run ./cmd/accuracy-incidents

.PHONY: accuracy-anomaly
accuracy-anomaly: ## Print the accuracy of anomaly detection on public data, beside simple detectors
	@cd testbed && go run ./cmd/accuracy-anomaly

.PHONY: ablate-anomaly
ablate-anomaly: ## Print what each part and constant of anomaly detection is worth (half an hour; -parts ten minutes)
	@cd testbed && go run ./cmd/ablate-anomaly

.PHONY: plots-anomaly
plots-anomaly: ## Draw a series with bounds and flags for every kind of anomaly
	@cd testbed && go run ./cmd/plot-anomaly -out ../docs/images

.PHONY: plots-forecast
plots-forecast: ## Draw forecasts of public series against what came, as the README shows them
	@cd testbed && go run ./cmd/plot-forecast

.PHONY: bench-logs
bench-logs: ## Measure what log clustering costs a record, beside other work on the same batches
	@cd testbed && go run ./cmd/bench-logs

.PHONY: bench-anomaly
bench-anomaly: ## Measure what anomaly detection costs a point and a stream
	@cd testbed && go run ./cmd/bench-metrics -of anomaly

.PHONY: bench-forecast
bench-forecast: ## Measure what forecasting costs a point and a stream
	@cd testbed && go run ./cmd/bench-metrics -of forecast -streams 1000,100000 -interval 30s

.PHONY: flood-logs
flood-logs: ## Send 10 million unique lines and watch memory
	@cd testbed && go run ./cmd/flood-logs

.PHONY: kill-knowledge
kill-knowledge: build ## Kill a collector 200 times, compare its IDs with an unkilled one's
	@cd testbed && KILLS=$${KILLS:-200} go test -count=1 -timeout 60m -v -run TestSIGKILL ./knowledge

.PHONY: bench-knowledge
bench-knowledge: ## Measure what the knowledge base costs the flow, its start, memory and match
	@cd testbed && go run ./cmd/bench-knowledge

.PHONY: bench-gateway
bench-gateway: build ## Measure memory and CPU of the shipped gateway under a stated load
	@cd testbed && go run ./cmd/bench-gateway

.PHONY: load
load: build ## Send logs and metrics at rising rates, with and without our components
	@cd testbed && go run ./cmd/load

HOURS ?= 1
.PHONY: soak
soak: build ## Run the shipped gateway for HOURS under churn and outages, and watch what grows
	@cd testbed && go run ./cmd/soak -hours $(HOURS)

.PHONY: clean
clean: ## Remove what was built and what `make run` wrote
	@rm -rf run
	@find distribution -type f ! -name go.mod ! -name go.sum -delete
