#!/usr/bin/env bash
# Compiles and tests the CDK constructs in a folder of their own, and packs them for npm and for Python.
# usage: constructs.sh NODE_MODULES FOLDER
set -euo pipefail
modules=$(realpath "$1")
folder=$2
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rm -rf "$folder"
mkdir -p "$folder"
cp -R constructs/. "$folder"
cp LICENSE "$folder"
ln -s "$modules" "$folder/node_modules"
cd "$folder"

# Says in many lines that a Node.js is old, while it works.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1
quietly() {
    local log
    log=$("$@" 2>&1) || { echo "$log"; echo "FAILED: $*"; exit 1; }
}
# `type` and `ref` are words of Go and C#, for which nothing is generated.
quietly node_modules/.bin/jsii --silence-warnings=reserved-word --fail-on-warnings
quietly node --test test/
mkdir -p dist
quietly npm pack --silent --pack-destination dist
quietly node_modules/.bin/jsii-pacmak --targets python --code-only
touch built
echo "constructs: compiled, tested and packed in $folder/dist"
