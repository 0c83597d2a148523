#!/usr/bin/env bash
# Builds the Python package of this checkout, and synthesises an app in Python with it. Needs python3, npm's registry and PyPI; see
# scripts/python.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules
bash scripts/python.sh languages

# The generator of packages, from the same release of jsii as the runtime, or an older one.
PACMAK=jsii-pacmak@1.140.0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm run --silent build
npx --yes "$PACMAK" --targets python --code-only --outdir "$work" --pack-command 'npm pack --ignore-scripts --silent' .
# Without dependencies: PyPI gets each aws-cdk-lib later than npm, so it may not have a version of the peer range yet.
.venv-languages/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall "$work/python"

export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=true JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION=true
node node_modules/jest/bin/jest.js --selectProjects languages --testTimeout 300000 --runInBand "$@"
