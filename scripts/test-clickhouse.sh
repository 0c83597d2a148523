#!/usr/bin/env bash
# Lets ClickHouse's own engine read the generated configuration, and runs the boot script of its instances. Needs python3; see scripts/python.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_openssl
need_modules
bash scripts/python.sh clickhouse
# The emulated S3 that backups are written to.
bash scripts/python.sh
.venv-clickhouse/bin/shellcheck --shell=bash lib/stores/clickhouse/boot/*.sh lib/operations/backup/*.sh
exec node node_modules/jest/bin/jest.js --selectProjects clickhouse --runInBand "$@"
