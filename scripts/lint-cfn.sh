#!/usr/bin/env bash
# Runs cfn-lint on the templates of the app and of every example; says nothing but what is wrong. Needs python3; see scripts/python.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules
bash scripts/python.sh
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
export CDK_DISABLE_CLI_TELEMETRY=true CDK_DISABLE_VERSION_CHECK=1

# A synthesis may say what it likes; it is shown where it fails.
quietly() {
  "$@" >"$out/log" 2>&1 || {
    cat "$out/log" >&2
    exit 1
  }
}

app() {
  echo "app: $1"
  quietly node node_modules/aws-cdk/bin/cdk synth --quiet --no-notices --output "$out/app-$1" "${@:2}"
}

app default
app everything -c posthog:products=events,feature-flags,session-replay,data-pipelines,error-tracking,logs,ai,live-events,exports
app hardened -c posthog:appCidrs=203.0.113.0/24,198.51.100.0/24 -c posthog:nat=per-zone

shopt -s nullglob globstar
for example in examples/*/app.ts; do
  name="$(basename "$(dirname "$example")")"
  echo "example: $name"
  quietly env CDK_OUTDIR="$out/example-$name" node --import tsx "$example"
done

templates=("$out"/**/*.template.json)
.venv/bin/cfn-lint --config-file .cfnlintrc.yaml --non-zero-exit-code informational -- "${templates[@]}"
echo "cfn-lint has nothing to say about ${#templates[@]} templates"
