#!/usr/bin/env bash
# Runs the parts of `make test` in turn and ends with a summary. A part that fails doesn't hide what the others have to say; the exit code is 1 if any failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
run=("${MAKE:-make}" --no-print-directory)
# What is tested is what would be deployed.
export PROVIDER="${CARGO_TARGET_DIR:?set by make test}/package/provider/bootstrap.zip"
export PROVIDER_ZIP=$PROVIDER
export WIDGETS="$CARGO_TARGET_DIR/package/widgets/bootstrap.zip"

# The Python tools install while cargo is busy with the first parts.
tools_log=$(mktemp)
"${run[@]}" tools >"$tools_log" 2>&1 &
tools=$!
trap 'kill "$tools" 2>/dev/null; rm -f "$tools_log"' EXIT

# Quick and telling ones first. `packaged`, `events`, `sam-local`, `wheel-check` and `scenarios` want the zip that `package` makes.
parts=(fmt lint templates unit docs iac browser package packaged events sam-local wheel-check scenarios deny)
summary=()
skipped=()
failed=0
packaged=1

for part in "${parts[@]}"; do
    printf '\n=== %s\n' "$part"
    started=$SECONDS
    if [[ $part == templates ]]; then
        wait "$tools" || { failed=1; echo 'make tools failed'; }
        cat "$tools_log"
    fi
    if [[ $part =~ ^(packaged|events|sam-local|wheel-check|scenarios)$ && $packaged == 0 ]]; then
        result='not run: there is no package'
    elif [[ $part == browser ]] && ! reason=$(scripts/chromium.sh); then
        if [[ -n ${REQUIRE_BROWSER:-} ]]; then
            result="FAILED: $reason, and REQUIRE_BROWSER is set"
            failed=1
        else
            result="SKIPPED: $reason"
            skipped+=("$part")
        fi
        echo "$result"
    elif [[ $part == deny ]] && ! cargo deny --version >/dev/null 2>&1; then
        result='SKIPPED: cargo-deny is not installed here'
        skipped+=("$part")
    elif "${run[@]}" "$part"; then
        result=ok
    else
        result=FAILED
        failed=1
        [[ $part != package ]] || packaged=0
    fi
    summary+=("$(printf '%-11s %5d s  %s' "$part" $((SECONDS - started)) "$result")")
done

printf '\n=== summary\n'
printf '%s\n' "${summary[@]}"
if ((failed)); then
    printf 'FAILED after %d s\n' "$SECONDS"
    exit 1
fi
if ((${#skipped[@]})); then
    printf '\n!!! NOT TESTED HERE: %s. Everything else passed in %d s\n' "${skipped[*]}" "$SECONDS"
else
    printf 'all passed in %d s\n' "$SECONDS"
fi
