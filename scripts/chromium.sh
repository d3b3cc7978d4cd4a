#!/usr/bin/env bash
# Sees to it that Chromium and its driver are there for the browser tests: found, or installed where that needs nobody (root on Debian or
# Ubuntu, by apt). Ends with 1 and says in one line why where they are not. Waits for nobody and for nothing longer than LIMIT_S.
set -uo pipefail
readonly LIMIT_S=420
deadline=$((SECONDS + LIMIT_S))

browser() {
    local name
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null && return 0
    done
    return 1
}

there() { browser && command -v chromedriver >/dev/null; }

# apt without a question, a terminal, or a wait for another apt beyond the time that is left.
apt() {
    local left=$((deadline - SECONDS))
    ((left > 0)) || return 1
    DEBIAN_FRONTEND=noninteractive timeout --kill-after 10 "$left" \
        apt-get -qq -y -o DPkg::Lock::Timeout=60 -o Acquire::Retries=2 -o Dpkg::Use-Pty=0 "$@" </dev/null >>"$log" 2>&1
}

there && exit 0
if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    echo 'Chromium and its driver (chromedriver) are not installed, and only root can install them, on Debian or Ubuntu: apt-get install chromium chromium-driver'
    exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo 'Installing Chromium and its driver by apt, for the browser tests' >&2
# The lists of a new machine or image are empty or old.
apt update
# Without a font a browser draws boxes, which are wider than digits.
apt install --no-install-recommends chromium chromium-driver fonts-liberation
there && exit 0
# Ubuntu has Chromium as a snap alone, which no container runs.
said=$(grep -E '^(E|W): ' "$log" | tail -1)
echo "Chromium and its driver could not be installed by apt within $LIMIT_S s${said:+: $said}"
exit 1
