#!/usr/bin/env bash
# Asks the container to end, and waits until it has.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

docker stop -t "$(setting STOP_TIMEOUT)" "$(setting NAME)" >/dev/null || true
