#!/usr/bin/env bash
# Every half minute: runs the script of the service for the time that it runs.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

script="$ROOT/asset/container/while-running"
[[ -s "$script" && -e "$RUN/started" ]] || exit 0
NAME="$(setting NAME)" IMAGE="$(setting IMAGE)" MOUNT_POINT="$(setting MOUNT_POINT)" OWNER="$(setting OWNER)" BOOT="$ROOT/asset/boot" \
  bash -euo pipefail "$script"
