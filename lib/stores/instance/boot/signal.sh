#!/usr/bin/env bash
# Signals CloudFormation, which waits for it during a deployment, whether the service has started.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

POLL="${STATEFUL_INSTANCE_POLL:-5}"

signal() {
  # If no deployment waits, because the group has replaced an instance by itself, CloudFormation rejects the signal.
  aws cloudformation signal-resource --stack-name "$(setting STACK)" --logical-resource-id "$(setting GROUP)" \
    --unique-id "$(imds meta-data/instance-id)" --status "$1" || say "nobody waits for the signal $1"
}

deadline=$((SECONDS + $(setting SIGNAL_TIMEOUT)))
while ((SECONDS < deadline)); do
  if [[ -e "$RUN/started" ]]; then
    signal SUCCESS
    exit 0
  fi
  if [[ -e "$REFUSED" ]]; then
    signal FAILURE
    exit 1
  fi
  sleep "$POLL"
done
say 'the service did not come up in time; it goes on trying'
signal FAILURE
exit 1
