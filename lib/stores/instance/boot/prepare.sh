#!/usr/bin/env bash
# Runs the preparation script of the service before its container starts.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

script="$ROOT/asset/container/prepare"
[[ -s "$script" ]] || exit 0
IMAGE="$(setting IMAGE)" MOUNT_POINT="$(setting MOUNT_POINT)" OWNER="$(setting OWNER)" SECRETS_DIR="$RUN/secrets" \
  bash -euo pipefail "$script" || die 'the preparations of the service failed'
