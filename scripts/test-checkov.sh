#!/usr/bin/env bash
# Runs checkov, an independent scanner, on the templates of a hardened app. Everything that it finds must be in scripts/checkov/accepted.json, with a
# reason. Needs python3; see scripts/python.sh. It downloads nothing while it runs.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules
bash scripts/python.sh checkov
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
context="$(node -p 'JSON.stringify(JSON.parse(require("node:fs").readFileSync("cdk.json", "utf8")).context)')"
CDK_OUTDIR="$out/app" CDK_CONTEXT_JSON="$context" node --import tsx scripts/checkov/hardened-app.ts
mkdir "$out/templates"
cp "$out"/app/*.template.json "$out/templates"
.venv-checkov/bin/checkov --directory "$out/templates" --framework cloudformation --output json --quiet --compact --skip-download --soft-fail >"$out/found.json"
node scripts/checkov/compare.mjs "$out/found.json"
