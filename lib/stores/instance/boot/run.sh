#!/usr/bin/env bash
# The container, for as long as it runs. It starts on the volume that this instance holds, or not at all.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mount_point="$(setting MOUNT_POINT)"
name="$(setting NAME)"
mountpoint -q "$mount_point" || die "nothing is mounted on $mount_point: the service does not start on the root disk"
[[ "$(cat "$mount_point/.cdk-posthog/holder")" == "$(cat "$RUN/instance")" ]] || die "this instance does not hold what is mounted on $mount_point"

# Held for as long as the container runs: the descriptor stays open in what `exec` makes of this script.
exec 9>"$mount_point/.cdk-posthog/lock"
flock --nonblock 9 || die 'the service runs already'

# What an end without notice may have left behind.
if docker container inspect "$name" >/dev/null 2>&1; then
  docker stop -t "$(setting STOP_TIMEOUT)" "$name" >/dev/null 2>&1 || true
  docker rm --force "$name" >/dev/null 2>&1 || true
fi

mapfile -t arguments <"$ROOT/asset/container/arguments"
trap - EXIT
exec docker run --rm --env-file "$RUN/environment" --log-opt "awslogs-stream=$name/$(cat "$RUN/instance")" "${arguments[@]}"
