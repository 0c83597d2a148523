#!/usr/bin/env bash
# Lets ClickHouse's own engine read the generated configuration, and runs the boot script of its instances. Needs python3; see scripts/python.sh.
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
bash scripts/python.sh clickhouse
.venv-clickhouse/bin/shellcheck --shell=bash lib/stores/clickhouse/boot/*.sh
exec node node_modules/jest/bin/jest.js --config jest.clickhouse.config.js --runInBand "$@"
