#!/usr/bin/env bash
# Prints the path of a registry of container images: the one in REGISTRY, or on this machine, or Debian's, unpacked into .registry without installing it.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/debian-program.sh

runs() {
  "$1" --version >/dev/null 2>&1
}

debian_program docker-registry docker-registry REGISTRY .registry usr/bin/docker-registry runs "$(command -v docker-registry || true)"
