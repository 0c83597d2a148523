#!/usr/bin/env bash
# Compiles every TypeScript snippet of the README, of the doc comments and of docs, and checks that links lead somewhere.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm run --silent build
npx --no-install jsii-rosetta extract --strict --compile --output "$work/tablet.json" .
node --import tsx scripts/compile-snippets.ts
node --import tsx scripts/check-links.ts
echo 'docs: every snippet compiles, every link leads somewhere'
