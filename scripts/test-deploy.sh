#!/usr/bin/env bash
# Deploys the app to an emulated AWS on this machine, and inspects the deployment there. Needs python3; see scripts/python.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_openssl
need_modules
bash scripts/python.sh
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
exec node node_modules/jest/bin/jest.js --selectProjects deploy --testTimeout 120000 --runInBand "$@"
