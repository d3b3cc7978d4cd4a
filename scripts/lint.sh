#!/usr/bin/env bash
# Clippy over everything; warnings are errors. It takes the compiler's place in a build, not in a check, so that the crates that all of this
# depends on are compiled once for it and for the tests. Warnings of what is fresh are shown again by cargo, so they fail every time.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
CARGO_TERM_COLOR=never RUSTC_WORKSPACE_WRAPPER=clippy-driver cargo build --workspace --all-targets --locked 2>&1 | tee "$log" || exit 1
if grep -q '^warning' "$log"; then
    echo 'warnings are errors'
    exit 1
fi
