#!/usr/bin/env bash
# Stops the container and waits until it has stopped.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

docker stop -t "$(setting STOP_TIMEOUT)" "$(setting NAME)" >/dev/null || true
