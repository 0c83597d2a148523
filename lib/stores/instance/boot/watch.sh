#!/usr/bin/env bash
# Every few minutes: a volume that was made larger becomes a file system that is larger, while the service runs.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/file-system.sh"

mount_point="$(setting MOUNT_POINT)"
mountpoint -q "$mount_point" || exit 0
before="$(stat --file-system --format %b "$mount_point")"
grow_file_system "$mount_point"
after="$(stat --file-system --format %b "$mount_point")"
[[ "$before" == "$after" ]] || say "the file system grew from $before to $after blocks"
