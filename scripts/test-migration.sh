#!/usr/bin/env bash
# Runs the script that migrates against a real PostgreSQL, with stubs for PostHog's own migrations and the other stores. Needs python3, see
# scripts/python.sh, and PostgreSQL, see scripts/postgres.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules
bash scripts/python.sh migration
POSTGRES_BIN="$(bash scripts/postgres.sh)"
export POSTGRES_BIN
exec node node_modules/jest/bin/jest.js --selectProjects postgresql --runInBand "$@"
