#!/usr/bin/env bash
# Sends all events through SAM. With a Docker daemon: `sam build`, then `sam local invoke` in Lambda's image. Without one: the given binaries under the runtime
# interface emulator that SAM ships for its containers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
provider=$1
widgets=$2
hook=$3
tools=${TOOLS:?set by make sam-local}

case $(uname -m) in
    x86_64) architecture=x86_64 configuration=x86_64 ;;
    aarch64 | arm64) architecture=arm64 configuration=default ;;
    *) echo "Lambda has no $(uname -m)"; exit 1 ;;
esac

if docker info >/dev/null 2>&1; then
    "${MAKE:-make}" --no-print-directory "$tools/zig/installed"
    # zig's environment first: cargo-lambda asks the first python3 on the PATH for zig.
    PATH="$PWD/$tools/zig/bin:$PWD/$tools/sam/bin:$PATH" sam build --config-env "$configuration"
    PATH="$PWD/$tools/zig/bin:$PWD/$tools/sam/bin:$PATH" sam build --config-env "$configuration" --template hook.yaml --build-dir .aws-sam/hook
    listen=()
    # Docker Desktop forwards to this machine's loopback address; elsewhere containers reach the bridge's address.
    gateway=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}')
    if [[ $(docker info --format '{{.OperatingSystem}}') != "Docker Desktop" ]]; then listen=(--listen "$gateway"); fi
    exec "$tools/local/bin/python" scripts/events.py --sam "$tools/sam/bin/sam" --architecture "$architecture" ${listen[@]+"${listen[@]}"}
fi

echo "No Docker daemon answers: the functions run under SAM's runtime interface emulator, not in Lambda's image."
emulator=$("$tools/sam/bin/python" -c 'import pathlib, samcli; print(pathlib.Path(samcli.__file__).parent / "local" / "rapid")')
exec "$tools/local/bin/python" scripts/events.py --emulator "$emulator/aws-lambda-rie-$architecture" --provider "$provider" --widgets "$widgets" --hook "$hook"
