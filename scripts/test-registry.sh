#!/usr/bin/env bash
# Runs `cdk-posthog release` against a real registry of container images, on loopback. Needs docker-registry; see scripts/registry.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules
REGISTRY="$(bash scripts/registry.sh)"
export REGISTRY
exec node node_modules/jest/bin/jest.js --selectProjects registry --runInBand "$@"
