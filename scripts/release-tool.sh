#!/usr/bin/env bash
# Runs a program of scripts/release-tools, which this installs as its lock file says: release-tool.sh PROGRAM ARGUMENT... Needs npm's registry once.
set -euo pipefail
tools="$(cd "$(dirname "$0")" && pwd)/release-tools"

wanted="$(cksum <"$tools/package-lock.json")"
if [[ "$(cat "$tools/node_modules/installed" 2>/dev/null || true)" != "$wanted" ]]; then
  echo "installing what $tools/package-lock.json pins" >&2
  npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund --silent >&2
  echo "$wanted" >"$tools/node_modules/installed"
fi
program="$tools/node_modules/.bin/$1"
shift
exec "$program" "$@"
