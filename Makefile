# Thin: every target delegates to firmware/, services/ or ci/. 'make help' lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := image
.SUFFIXES:
MAKEFLAGS += --no-print-directory

BUILD ?= $(CURDIR)/build
BOARD ?= generic-x86_64
export BUILD
RECIPE := firmware/infra/recipe
PACKAGES := $(notdir $(patsubst %/,%,$(wildcard firmware/package/*/)))

.PHONY: help image tree packages setup menuconfig defconfig savedefconfig olddefconfig lint-recipes fetch \
	legal-info cve-check run test test-full bench-config bench-api bench-failover bench-realtime bench-realtime-image bench-forward report clean $(PACKAGES) $(addsuffix -rebuild,$(PACKAGES))

help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile
	@printf '  make %-16s %s\n' '<package>' 'one package and what it depends on' '<package>-rebuild' 'the same, built anew'
	@echo; echo "Packages: $(PACKAGES)" | fold -s -w 100

image: ## (default) everything in build/images/: disk image, slot, checksums; licences in build/legal-info/
	@firmware/infra/image

tree: packages ## the assembled and checked root file system, build/rootfs/
	@firmware/infra/assemble

packages: setup ## all selected packages
	@$(RECIPE) build

setup: ## install the Debian packages that building and running need (root)
	@firmware/infra/host-setup

menuconfig defconfig savedefconfig olddefconfig: setup
	@firmware/infra/kconfig $@

menuconfig: ## choose board, packages, sizes
defconfig: ## the board's default configuration (BOARD=…)
savedefconfig: ## write the configuration back as the board's default
olddefconfig: ## complete .config with the defaults of new options

$(PACKAGES): setup
	@$(RECIPE) build $@

$(addsuffix -rebuild,$(PACKAGES)): setup
	@$(RECIPE) rebuild $(@:-rebuild=)

fetch: setup ## only download what the selected packages need
	@$(RECIPE) fetch

lint-recipes: ## check all recipes
	@$(RECIPE) lint

legal-info: tree ## licence manifest and CycloneDX SBOM in build/legal-info/
	@$(RECIPE) legal-info

cve-check: tree ## known holes of the shipped components, against Debian's changelogs and our list
	@$(RECIPE) cve-check

run: image ## demonstration cluster of the image in QEMU, Ctrl-C ends it
	@ci/run-cluster

test: image ## everything that checks, about 20 minutes
	@ci/test

test-full: image ## the same with the long parts
	@ci/test --full

bench-config: setup ## a change on a large configuration, in the kernels of two nodes: build/bench/config.json
	@firmware/infra/host-setup ci/host-packages ci/host-packages.run && \
		$(MAKE) -s -C services BUILD=$(BUILD)/services all test-programs && ci/bench/config

bench-api: setup ## requests to the API, quiet and under attack: build/bench/api.json
	@firmware/infra/host-setup ci/host-packages ci/host-packages.run ci/host-packages.bench && \
		$(MAKE) -s -C services BUILD=$(BUILD)/services all test-programs && ci/bench/api

bench-failover: setup ## gaps and overlaps of a take-over, event by event, beside keepalived (RUNS=20 each): build/bench/failover.json
	@firmware/infra/host-setup ci/host-packages ci/host-packages.run ci/host-packages.bench && \
		$(MAKE) -s -C services BUILD=$(BUILD)/services all test-programs && ci/bench/failover $(or $(RUNS),20)

bench-realtime: setup ## the lease formula's A and R under load, by scheduling class: build/bench/realtime.json
	@firmware/infra/host-setup ci/host-packages ci/host-packages.run && \
		$(MAKE) -s -C services BUILD=$(BUILD)/services all test-programs && ci/bench/realtime

bench-realtime-image: image ## the same on the image's kernel, in QEMU: build/bench/realtime-image.json
	@firmware/infra/host-setup ci/host-packages ci/host-packages.run && ci/bench/realtime-image

bench-forward: image ## what a packet costs in the data path, beside nftables, IPVS and others (PARTS="lab guest …"): build/bench/forward.json
	@firmware/infra/host-setup ci/host-packages ci/host-packages.run ci/host-packages.bench && \
		$(MAKE) -s -C services BUILD=$(BUILD)/services test-programs && ci/bench/forward $(PARTS)

report: image ## build/report.json and a table: sizes, times, memory
	@firmware/infra/host-setup ci/host-packages.run && ci/report

clean: ## remove build/ (the cache of packages stays)
	rm -rf $(BUILD)
