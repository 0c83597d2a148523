#!/usr/bin/env bash
# Runs the configuration that verifies visitors' addresses in the real nginx, on loopback. Needs nginx; see scripts/nginx.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ! -d node_modules/jest ]]; then
  echo 'node_modules is missing: run npm ci first' >&2
  exit 1
fi
NGINX="$(bash scripts/nginx.sh)"
export NGINX
exec node node_modules/jest/bin/jest.js --config jest.nginx.config.js "$@"
