#!/usr/bin/env bash
# Generates API.md, the reference of the public API, from the assembly of jsii. With --check, says whether API.md is up to date. Needs npm's registry once.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules

npm run --silent build
if [[ "${1:-}" != --check ]]; then
  bash scripts/release-tool.sh jsii-docgen --output API.md
  exit 0
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
bash scripts/release-tool.sh jsii-docgen --output "$work/API.md"
if ! cmp --silent API.md "$work/API.md"; then
  echo 'API.md is not that of the code: run npm run api' >&2
  exit 1
fi
echo 'API.md is up to date'
