#!/usr/bin/env bash
# An EC2 host of an ECS cluster, in two steps. `prepare` is the user data: it runs before the ECS agent, because the unit of the agent waits for
# cloud-final.service (packaging/amazon-linux-ami-integrated/ecs.service of aws/amazon-ecs-agent). `check` runs once the agent registers the host.
#
# A host without a trunk network interface runs two or three tasks instead of ten or twenty, and tasks wait for it for ever. So such a host leaves
# the cluster, says why, fails the deployment that waits for it, and shuts down an hour later: its group then tries another one.
set -euo pipefail

# The line before this script sets the settings; the others are for tests.
: "${CLUSTER:?}" "${REGION:?}" "${READY_URL:?}" "${AGENT_CONFIG:?}"
HOST="${ECS_HOST_ROOT:-}"
CONSOLE="${ECS_HOST_CONSOLE:-/dev/console}"
# The attempts of `retry`, and the longest pause between them, in seconds: together 10 minutes.
ATTEMPTS="${ECS_HOST_ATTEMPTS:-20}"
LONGEST_PAUSE="${ECS_HOST_LONGEST_PAUSE:-40}"
# The attempts for what time rarely heals: a permission that is new may not be effective yet, another one is missing. Together a minute.
REFUSED_ATTEMPTS="${ECS_HOST_REFUSED_ATTEMPTS:-6}"
# The time until a host that failed shuts down, in seconds. It limits launches to one an hour, and leaves time to look at the host.
SHUTDOWN_DELAY="${ECS_HOST_SHUTDOWN_DELAY:-3600}"
PROGRAM="$HOST/usr/local/sbin/ecs-host"

export AWS_DEFAULT_REGION="$REGION" AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=5

say() {
  # Not every instance type lets the console be written.
  printf 'ecs-host: %s\n' "$*" | tee -a "$CONSOLE" >&2 || true
}

# Signals the wait condition of the deployment. If none waits, because the host is a later one, the URL has expired.
signal() {
  local reason="${2//[\\\"]/}"
  printf '{"Status":"%s","UniqueId":"%s","Reason":"%s","Data":""}' "$1" "$(instance_id)" "${reason//[[:cntrl:]]/ }" |
    curl -sS -m 20 -X PUT -H 'Content-Type:' --data-binary @- "$READY_URL" >/dev/null || say 'the deployment cannot be signalled'
}

# Fails the boot: no agent, a signal, and a shutdown later.
FAILED=
fail() {
  FAILED=yes
  say "FAILED: $*"
  systemctl mask --now ecs.service || true
  signal FAILURE "$*"
  systemd-run --on-active="$SHUTDOWN_DELAY" systemctl poweroff || say 'the shutdown cannot be scheduled'
  exit 1
}

# An end that the script does not know must not let the agent start either.
trap 'status=$?; ((status == 0)) || [[ "$FAILED" ]] || fail "the boot script ended with $status"' EXIT

# Runs a command until it succeeds, with growing pauses. Fewer times if it returns 2: it was refused.
retry() {
  local attempt pause=1 status
  for ((attempt = 1; ; attempt++)); do
    status=0
    "$@" || status=$?
    if ((status == 0 || attempt >= (status == 2 ? REFUSED_ATTEMPTS : ATTEMPTS))); then
      return "$status"
    fi
    sleep "$pause"
    ((pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE, 1))
  done
}

fetch_imds() {
  local token
  token="$(curl -sSf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)" || return 1
  curl -sSf -m 5 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/$1"
}

instance_id() {
  fetch_imds meta-data/instance-id || echo unknown
}

# The image is built from a minimal one without the AWS CLI (source_ami_al2023 of aws/amazon-ecs-ami).
install_cli() {
  command -v aws >/dev/null || dnf install --assumeyes --quiet awscli-2 >&2
}

# Runs the AWS CLI: its output is in OUTPUT, its errors in LAST_ERROR. Returns 2 if the role may not call the API.
LAST_ERROR=
OUTPUT=
call() {
  local errors status=0
  errors="$(mktemp)"
  OUTPUT="$(aws "$@" --output text 2>"$errors")" || status=1
  LAST_ERROR="$(tr '\n' ' ' <"$errors")"
  rm -f "$errors"
  if ((status)) && [[ "$LAST_ERROR" == *AccessDenied* ]]; then
    status=2
  fi
  return "$status"
}

# Switches trunking on for the role of this host alone. The setting counts when the agent registers, and setting it again changes nothing.
enable_trunking() {
  call ecs put-account-setting --name awsvpcTrunking --value enabled
}

# A host that registers before the cluster has the capacity provider of its group may never belong to it (Amazon ECS Developer Guide, capacity
# providers for EC2: "might not be properly registered with the capacity provider").
has_provider() {
  local group names
  call autoscaling describe-auto-scaling-instances --instance-ids "$(instance_id)" --query 'AutoScalingInstances[0].AutoScalingGroupName' || return
  group="$OUTPUT"
  call ecs describe-clusters --clusters "$CLUSTER" --query 'clusters[0].capacityProviders' || return
  read -ra names <<<"$OUTPUT"
  call ecs describe-capacity-providers --capacity-providers "${names[@]}" \
    --query 'capacityProviders[].autoScalingGroupProvider.autoScalingGroupArn' || return
  LAST_ERROR="the cluster has the capacity providers ${names[*]}"
  [[ "$OUTPUT"$'\t' == *"autoScalingGroupName/$group"[[:space:]]* ]]
}

prepare() {
  mkdir -p "$HOST/etc/ecs"
  printf '%s\n' "$AGENT_CONFIG" >>"$HOST/etc/ecs/ecs.config"
  retry install_cli || fail 'the AWS CLI cannot be installed: check the outbound access to the repositories of Amazon Linux (S3)'
  retry enable_trunking || fail "ENI trunking cannot be switched on for the role of the host (ecs:PutAccountSetting): $LAST_ERROR"
  retry has_provider || fail "no capacity provider of the cluster $CLUSTER has the Auto Scaling group of this host: $LAST_ERROR"
  install -D -m 0700 "$0" "$PROGRAM"
  mkdir -p "$HOST/etc/systemd/system"
  cat >"$HOST/etc/systemd/system/ecs-host.service" <<UNIT
[Unit]
Description=Checks that this host has a trunk network interface
Wants=network-online.target
After=network-online.target cloud-final.service
[Service]
Type=oneshot
ExecStart=/usr/bin/bash $PROGRAM check
TimeoutStartSec=30min
[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable ecs-host.service
  # Without waiting: it comes after cloud-final.service, which waits for this script.
  systemctl start --no-block ecs-host.service
}

# The ARN of the host in the cluster, once the agent has registered it.
registered() {
  local metadata
  LAST_ERROR='the agent does not answer'
  metadata="$(curl -sSf -m 5 http://127.0.0.1:51678/v1/metadata)" || return 1
  LAST_ERROR='the agent is not registered'
  [[ "$metadata" =~ \"ContainerInstanceArn\":\"([^\"]+)\" ]] && ARN="${BASH_REMATCH[1]}"
}

has_trunk() {
  call ecs describe-container-instances --cluster "$CLUSTER" --container-instances "$ARN" \
    --query "containerInstances[0].[status,attributes[?name=='ecs.awsvpc-trunk-id'].value|[0],statusReason]" || return
  read -r STATUS TRUNK REASON <<<"$OUTPUT"
  LAST_ERROR="its status is ${STATUS:-unknown}${REASON:+ ($REASON)}"
  if [[ "$STATUS" == REGISTRATION_FAILED ]]; then
    return 2
  fi
  [[ "$STATUS" == ACTIVE && "$TRUNK" == eni-* ]]
}

check() {
  retry registered || fail "the host does not register in the cluster $CLUSTER: $LAST_ERROR; see /var/log/ecs/ecs-agent.log"
  if ! retry has_trunk; then
    local reason="$LAST_ERROR"
    call ecs deregister-container-instance --cluster "$CLUSTER" --container-instance "$ARN" --force || say "it cannot leave the cluster: $LAST_ERROR"
    fail "the host got no trunk network interface, so it cannot run PostHog's tasks: $reason; see docs/capacity-hosts.md"
  fi
  say "registered with the trunk network interface $TRUNK"
  signal SUCCESS "registered with $TRUNK"
}

if [[ "${1:-}" == check ]]; then
  check
  exit 0
fi
prepare
