# While ClickHouse runs, on the host: installs PostHog's functions and format schemas from the image that a migration has written into a parameter, and
# reports into another one. The server goes on answering queries.
#
# From the instance: NAME (of the container), IMAGE (the server's), MOUNT_POINT, OWNER, BOOT (the folder of the instance's scripts).
# From the construct: IMAGE_PARAMETER, REPORT_PARAMETER, USER_NAME, APP_FILES (app_files.py).
# shellcheck source=/dev/null
source "$BOOT/common.sh"
: "${NAME:?}" "${IMAGE:?}" "${OWNER:?}"

data="$MOUNT_POINT/data"
notes="$MOUNT_POINT/app-files"
incoming="$MOUNT_POINT/incoming"
container=app-files
# The run that was reported last, and its outcome. It is in memory: after a restart, the same is reported again.
reported="$RUN/app-files"
unreadable="$RUN/app-files.unreadable"
# The pause after a failure, in seconds: registries limit the number of pulls.
PAUSE="${STATEFUL_INSTANCE_PAUSE:-300}"
# How often ClickHouse is queried for the functions, and the pause in between, in seconds.
LOOKS=12
POLL="${STATEFUL_INSTANCE_POLL:-5}"

wanted() {
  aws ssm get-parameter --name "$IMAGE_PARAMETER" --query Parameter.Value --output text
}

# Prints the run and the image of the parameter, which has neither before the first migration.
WANTED='
import json, sys
wanted = json.load(sys.stdin)
print(wanted.get("run", ""), wanted.get("image", ""))
'

REPORT='
import json, sys
run, image, outcome, message = sys.argv[1:]
print(json.dumps({"run": run, "image": image, "outcome": outcome, "message": message[:1000]}))
'

put() {
  aws ssm put-parameter --name "$REPORT_PARAMETER" --value "$1" --overwrite >/dev/null
}

# Reports the outcome: `installed`, or `failed` with a reason.
report() {
  retry put "$(python3 -c "$REPORT" "$run" "$image" "$1" "${2:-}")" || die "the parameter $REPORT_PARAMETER cannot be written"
  printf '%s %s\n' "$run" "$1" >"$reported"
}

fail() {
  report failed "$1"
  die "the functions and format schemas of $image are not installed: $1"
}

# The password is in the environment of the container, and in no list of processes.
query() {
  # shellcheck disable=SC2016
  docker exec "$NAME" sh -c \
    'CLICKHOUSE_PASSWORD="$POSTHOG_CLICKHOUSE_PASSWORD" clickhouse client --secure --accept-invalid-certificate --user "$1" --query "$2"' - "$USER_NAME" "$1"
}

# Removes every image but the server's, and the container that files were copied from: the root disk has room for two of PostHog's images.
prune() {
  local server other
  docker rm --force "$container" >/dev/null 2>&1 || true
  server="$(docker image inspect --format '{{.Id}}' "$IMAGE")" || return 0
  for other in $(docker image ls --quiet --no-trunc | sort -u); do
    [[ "$other" == "$server" ]] || docker image rm --force "$other" >/dev/null || true
  done
}

# Copies the two folders out of the image, and adds them to those of the server.
install_files() {
  prune
  bash "$BOOT/log-in.sh" "$image" || fail "Docker cannot log in to its registry"
  # Nothing of it runs here, so its architecture need not be the host's: every image of PostHog has its programs for both.
  retry docker pull --quiet --platform linux/amd64 "$image" >/dev/null \
    || fail "it cannot be pulled: check the outbound access to its registry, the registry's pull limits, and the permissions of this instance"
  rm -rf "$DOCKER_CONFIG"
  docker create --name "$container" --platform linux/amd64 "$image" true >/dev/null || fail "it cannot be unpacked"
  rm -rf "$incoming"
  mkdir -p "$incoming"
  docker cp "$container:/code/posthog/user_scripts" "$incoming/user_scripts" || fail "it has no folder /code/posthog/user_scripts"
  docker cp "$container:/code/posthog/idl" "$incoming/format_schemas" || fail "it has no folder /code/posthog/idl"
  names="$(python3 -c "$APP_FILES" "$data" "$notes" "$image" "$incoming" 2>&1)" || fail "${names##*$'\n'}"
  chown -R "$OWNER" "$data/user_scripts" "$data/format_schemas"
  rm -rf "$incoming"
  prune
}

# Loads the functions into ClickHouse, and waits until it has every one.
load() {
  local look missing answer=''
  for ((look = 0; look < LOOKS; look++)); do
    if answer="$(query 'SYSTEM RELOAD FUNCTIONS' 2>&1)" \
      && answer="$(query "SELECT name FROM system.functions WHERE origin = 'ExecutableUserDefined'" 2>&1)"; then
      missing="$(comm -23 <(sort <<<"$names") <(sort <<<"$answer") | tr '\n' ' ')"
      [[ -n "$missing" ]] || return 0
      answer="it does not load ${missing% }; its log has the reason"
    fi
    sleep "$POLL"
  done
  fail "ClickHouse cannot use them: ${answer##*$'\n'}"
}

if ! text="$(wanted)"; then
  # Once, and not every half minute.
  [[ -e "$unreadable" ]] || say "the parameter $IMAGE_PARAMETER cannot be read: check the outbound access to Systems Manager (ssm)"
  touch "$unreadable"
  exit 0
fi
rm -f "$unreadable"
read -r run image < <(python3 -c "$WANTED" <<<"$text")
[[ -n "$image" ]] || exit 0
before="$(cat "$reported" 2>/dev/null || true)"
[[ "$before" != "$run installed" ]] || exit 0
if [[ "$before" == "$run failed" ]] && (($(date +%s) - $(stat --format %Y "$reported") < PAUSE)); then
  exit 0
fi
[[ "$image" =~ ^[a-z0-9][A-Za-z0-9./:@_-]*$ ]] || fail 'it is no name of an image'
if ! names="$(python3 -c "$APP_FILES" "$data" "$notes" "$image")"; then
  install_files
fi
load
report installed
say "the functions and format schemas of $image are installed"
