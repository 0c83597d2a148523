#!/usr/bin/env bash
# Every five minutes, while the service runs: grows the file system with its volume, publishes how full it is, and enlarges the volume before it is full.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/file-system.sh"
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/growth.sh"

mount_point="$(setting MOUNT_POINT)"
mountpoint -q "$mount_point" || exit 0
grow_with_volume "$mount_point"
read_limit
measure "$mount_point"
publish
enlarge "$mount_point"
