#!/usr/bin/env bash
# Runs the configuration that verifies client IPs in the real nginx, on loopback. Needs nginx; see scripts/nginx.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules
NGINX="$(bash scripts/nginx.sh)"
export NGINX
exec node node_modules/jest/bin/jest.js --selectProjects nginx --runInBand "$@"
