#!/usr/bin/env bash
# Builds the package of each language that package.json declares, into dist/: js/*.tgz, python/*.whl and so on. Needs the tools of each language, and
# their registries.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
rm -rf dist
# The package as npm has it, built and without scripts. jsii-pacmak copies the folder that it reads, and a checkout has a gigabyte of other files.
npm pack --silent --pack-destination "$work" >&2
tar -xzf "$work"/*.tgz -C "$work"
ln -s "$PWD/node_modules" "$work/package/node_modules"
bash scripts/release-tool.sh jsii-pacmak --outdir "$PWD/dist" --pack-command 'npm pack --ignore-scripts --silent' "$work/package"
find dist -maxdepth 2 -type f
