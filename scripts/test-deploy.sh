#!/usr/bin/env bash
# Deploys the app to an emulated AWS on this machine, and asks that AWS what stands there. Needs python3; see scripts/python.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v openssl >/dev/null; then
  echo 'openssl is missing: install it (Debian, Ubuntu: apt-get install openssl)' >&2
  exit 1
fi
if [[ ! -d node_modules/jest ]]; then
  echo 'node_modules is missing: run npm ci first' >&2
  exit 1
fi
bash scripts/python.sh
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
exec node node_modules/jest/bin/jest.js --config jest.deploy.config.js --runInBand "$@"
