# The common beginning of all scripts.
# shellcheck shell=bash
set -euo pipefail
umask 077

ROOT="${STATEFUL_INSTANCE_ROOT:-/opt/stateful-instance}"
# In memory; systemd empties it whenever the service stops.
RUN="${STATEFUL_INSTANCE_RUN:-/run/stateful-instance}"
# Outside RUN, so that it outlives an attempt.
REFUSED="$RUN.refused"
# The number of attempts of `retry`, and the first and the longest delay between them, in seconds.
ATTEMPTS="${STATEFUL_INSTANCE_ATTEMPTS:-6}"
FIRST_DELAY="${STATEFUL_INSTANCE_FIRST_DELAY:-1}"
LONGEST_DELAY="${STATEFUL_INSTANCE_LONGEST_DELAY:-20}"

# The CLI retries throttled calls, with backoff; `retry` retries calls that the CLI has given up.
export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=5
# The folder for Docker's registry passwords: in memory, until the image is pulled.
export DOCKER_CONFIG="$RUN/docker"

# Prints the value of a setting. An unknown name is an error.
setting() {
  local line
  while IFS= read -r line; do
    if [[ "$line" == "$1="* ]]; then
      printf '%s' "${line#*=}"
      return 0
    fi
  done <"$ROOT/asset/settings"
  echo "there is no setting $1" >&2
  return 1
}

AWS_DEFAULT_REGION="$(setting REGION)"
export AWS_DEFAULT_REGION

SAID=()

# Logs a message: to the journal and the console immediately, to CloudWatch when the script ends.
say() {
  printf 'stateful-instance: %s\n' "$*" >&2
  SAID+=("$*")
}

die() {
  say "$*"
  exit 1
}

# Fails for a reason that no retry can fix and a human must resolve. A deployment that waits for this instance fails immediately.
refuse() {
  say "REFUSED: $*"
  printf '%s\n' "$*" >"$REFUSED"
  exit 1
}

# Runs a command until it succeeds, with growing pauses; fails when it has failed ATTEMPTS times.
retry() {
  local attempt delay="$FIRST_DELAY"
  for ((attempt = 1; ; attempt++)); do
    if "$@"; then
      return 0
    fi
    if ((attempt >= ATTEMPTS)); then
      return 1
    fi
    sleep "$delay"
    # Bash knows no fractions, which the tests wait for.
    delay="$(awk -v delay="$delay" -v most="$LONGEST_DELAY" 'BEGIN { delay *= 2; print delay < most ? delay : most }')"
  done
}

# Prints instance metadata.
fetch_imds() {
  local token
  token="$(curl -sSf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)" || return 1
  curl -sSf -m 5 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/$1"
}

imds() {
  retry fetch_imds "$1" || die "the instance metadata service does not return $1"
}

# Prints a text as JSON.
quoted() {
  local text="${1//[[:cntrl:]]/ }"
  text="${text//\\/\\\\}"
  printf '"%s"' "${text//\"/\\\"}"
}

# Writes log events, in JSON, to a log stream of this instance. A failing log service stops nothing.
put_events() {
  local instance
  instance="$(fetch_imds meta-data/instance-id 2>/dev/null || echo unknown)"
  local where=(--log-group-name "$(setting LOG_GROUP)" --log-stream-name "$1/$instance" --cli-connect-timeout 5 --cli-read-timeout 5)
  aws logs create-log-stream "${where[@]}" >/dev/null 2>&1 || true
  aws logs put-log-events "${where[@]}" --log-events "[$2]" >/dev/null 2>&1 || true
}

# Sends the messages to CloudWatch.
send_log() {
  local status=$? now events='' line
  ((${#SAID[@]})) || return "$status"
  now="$(date +%s)000"
  for line in "${SAID[@]}"; do
    events+="${events:+,}{\"timestamp\":$now,\"message\":$(quoted "$(basename "$0" .sh): $line")}"
  done
  put_events boot "$events"
  return "$status"
}
trap send_log EXIT
