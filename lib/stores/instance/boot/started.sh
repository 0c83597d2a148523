#!/usr/bin/env bash
# Waits until the service accepts connections, and then runs its script.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# systemd says which process the container is.
: "${MAINPID:?}"
POLL="${STATEFUL_INSTANCE_POLL:-5}"

answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$(setting PORT)") 2>/dev/null
}

# However long that takes: a database that reads its journal is not disturbed. It ends with the container.
until answers; do
  kill -0 "$MAINPID" 2>/dev/null || die 'the container ended before it answered'
  sleep "$POLL"
done

script="$ROOT/asset/container/after-start"
if [[ -s "$script" ]]; then
  retry bash -euo pipefail "$script" || die 'what the service wants done after its start failed'
fi
touch "$RUN/started"
say "$(setting NAME) answers"
