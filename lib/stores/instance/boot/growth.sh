# How full the volume is, how fast it fills, and when it is enlarged.
# shellcheck shell=bash

GIB=$((1024 * 1024 * 1024))
# On the root disk, which is not full when the volume is. A new instance begins without samples.
STATE="$ROOT/state"
NOW="${STATEFUL_INSTANCE_NOW:-$(date +%s)}"
POLL="${STATEFUL_INSTANCE_POLL:-5}"
# How long a run waits for a change of the volume. The next one finds it otherwise.
PATIENCE="${STATEFUL_INSTANCE_PATIENCE:-300}"

# Below the threshold of alarms and upgrades, 80 %: a volume that can grow does not reach it.
GROW_PERCENT=75
# The samples of a day, from the time that there are six hours of them: a merge or an import of some minutes is no trend.
TREND_SECONDS=$((24 * 3600))
MIN_TREND_SECONDS=$((6 * 3600))
# A volume that fills faster than it can be enlarged again is enlarged earlier.
EARLY_PERCENT=50
EARLY_HOURS=24
# The longest time to full that is published: a volume that does not fill has this value.
MAX_HOURS=8760

# Logs a message, unless the run before had the same.
say_once() {
  [[ "$(cat "$STATE/said" 2>/dev/null)" != "$*" ]] || return 0
  say "$*"
  printf '%s\n' "$*" >"$STATE/said"
}

grow_with_volume() {
  local before after
  before="$(stat --file-system --format %b "$1")"
  grow_file_system "$1"
  after="$(stat --file-system --format %b "$1")"
  [[ "$before" == "$after" ]] || say "the file system grew from $before to $after blocks"
}

# Prints the limit of the volume in GiB. It is a tag of the group and no setting: a changed setting would replace the instance.
fetch_limit() {
  local group
  group="$(aws autoscaling describe-auto-scaling-instances --output text --instance-ids "$(imds meta-data/instance-id)" \
    --query 'AutoScalingInstances[0].AutoScalingGroupName')" || return 1
  aws autoscaling describe-auto-scaling-groups --output text --auto-scaling-group-names "$group" \
    --query "AutoScalingGroups[0].Tags[?Key=='cdk-posthog:max-volume-gib'] | [0].Value"
}

# Sets limit, in GiB; 0 if there is none or it cannot be read.
read_limit() {
  limit="$(retry fetch_limit)" || { say 'the tag with the maximum size of the volume cannot be read' && limit=0; }
  [[ "$limit" =~ ^[0-9]+$ ]] || limit=0
}

# Sets total and used, in bytes, percent, and slope, in bytes a second: the least squares of the samples, or nothing while there are too few.
measure() {
  local sizes blocks free block
  sizes="$(stat --file-system --format '%b %f %S' "$1")"
  read -r blocks free block <<<"$sizes"
  total=$((blocks * block)) used=$(((blocks - free) * block))
  percent="$(awk -v used="$used" -v total="$total" 'BEGIN { printf "%.1f", 100 * used / total }')"
  mkdir -p "$STATE"
  touch "$STATE/samples"
  awk -v now="$NOW" -v span="$TREND_SECONDS" '/^[0-9]+ [0-9]+$/ && $1 > now - span && $1 < now' "$STATE/samples" >"$STATE/samples.new"
  printf '%s %s\n' "$NOW" "$used" >>"$STATE/samples.new"
  mv "$STATE/samples.new" "$STATE/samples"
  slope="$(awk -v now="$NOW" -v least="$MIN_TREND_SECONDS" '
    NR == 1 { first = $1 }
    { x = $1 - now; n++; sx += x; sy += $2; sxx += x * x; sxy += x * $2 }
    END { if (now - first >= least && n * sxx != sx * sx) printf "%.3f", (n * sxy - sx * sy) / (n * sxx - sx * sx) }' "$STATE/samples")"
}

# Prints the hours until a size in bytes is full, if it goes on as in the last day.
hours_to() {
  awk -v size="$1" -v used="$used" -v slope="${slope:-0}" -v most="$MAX_HOURS" \
    'BEGIN {
      hours = slope > 0 ? (size - used) / slope / 3600 : most
      hours = hours < 0 ? 0 : hours
      hours = hours > most ? most : hours
      printf "%.1f", hours }'
}

# Publishes metrics as a log event in CloudWatch's embedded metric format, which takes neither a permission nor an endpoint of its own. The time is that
# until the volume is full at its limit: before that, it grows.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
publish() {
  local tag metrics values most=$((limit * GIB > total ? limit * GIB : total))
  tag="$(setting VOLUME_TAG)"
  metrics='{"Name":"VolumeUsedPercent","Unit":"Percent"}' values="\"VolumeUsedPercent\":$percent"
  if [[ -n "$slope" ]]; then
    metrics+=',{"Name":"VolumeHoursToFull","Unit":"None"}' values+=",\"VolumeHoursToFull\":$(hours_to "$most")"
  fi
  put_events volume "{\"timestamp\":${NOW}000,\"message\":$(quoted "{\"_aws\":{\"Timestamp\":${NOW}000,\"CloudWatchMetrics\":[{\"Namespace\":\"PostHog\",\
\"Dimensions\":[[\"Volume\"]],\"Metrics\":[$metrics]}]},\"Volume\":\"$tag\",$values}")}"
}

is_above() {
  awk -v value="$1" -v least="$2" 'BEGIN { exit !(value >= least) }'
}

# Whether the volume has to grow now.
is_filling() {
  is_above "$percent" "$GROW_PERCENT" && return 0
  [[ -n "$slope" ]] && is_above "$percent" "$EARLY_PERCENT" && is_above "$EARLY_HOURS" "$(hours_to "$total")"
}

# Prints a larger size in GiB: a quarter more, or room for two more days like the last one.
larger_than() {
  awk -v size="$1" -v limit="$limit" -v used="$used" -v slope="${slope:-0}" -v gib="$GIB" -v percent="$GROW_PERCENT" 'BEGIN {
    step = size / 4 > 10 ? size / 4 : 10
    most = (used + (slope > 0 ? slope : 0) * 48 * 3600) / gib * 100 / percent
    target = size + step > most ? size + step : most
    target = target == int(target) ? target : int(target) + 1
    target = target > limit ? limit : target
    print target }'
}

describe_own() {
  aws ec2 describe-volumes --output text --filters "Name=tag:cdk-posthog:volume,Values=$(setting VOLUME_TAG)" \
    "Name=attachment.instance-id,Values=$(imds meta-data/instance-id)" --query 'Volumes[].[VolumeId, Size]'
}

# The state of the last change of a volume; None if there was none. EC2 can need some seconds to know a new one.
change_of() {
  aws ec2 describe-volumes-modifications --output text --filters "Name=volume-id,Values=$1" --query 'VolumesModifications[0].ModificationState'
}

# Waits for the change of a volume, and grows the file system once EC2 says that it can: in `optimizing` the whole new size is there.
# https://docs.aws.amazon.com/ebs/latest/userguide/monitoring-volume-modifications.html
finish() {
  local volume="$1" mount_point="$2" state deadline=$((SECONDS + PATIENCE))
  while ((SECONDS < deadline)); do
    state="$(change_of "$volume")" || state=unknown
    case "$state" in
      optimizing | completed) grow_with_volume "$mount_point" && return 0 ;;
      failed) say "EC2 could not enlarge the volume $volume, trying again" && return 0 ;;
    esac
    sleep "$POLL"
  done
  say "the volume $volume is still being enlarged; the file system follows"
}

# Enlarges the volume if it fills, up to its limit. What EC2 refuses is tried again by the next run.
enlarge() {
  local mount_point="$1" found volume size device bytes state target refused
  if ! is_filling; then
    rm -f "$STATE/said"
    return 0
  fi
  if ((limit == 0)); then
    say_once "the volume is filling, and has no maximum size that it may grow to"
    return 0
  fi
  found="$(retry describe_own)" || die "the volume is $percent % full, and EC2 does not describe it"
  read -r volume size <<<"$found"
  [[ -n "${size:-}" && "$found" != *$'\n'* ]] || die "the volume is $percent % full, and EC2 does not describe exactly one: $found"
  if ((size >= limit)); then
    say_once "the volume $volume is filling, and has reached its maximum of $limit GiB: raise \`maxVolumeSize\`"
    return 0
  fi
  device="$(findmnt --noheadings --raw --output SOURCE --mountpoint "$mount_point")"
  bytes="$(blockdev --getsize64 "$device")"
  if ((size * GIB > bytes)); then
    say_once "the volume $volume has $size GiB, and $device does not have them yet"
    return 0
  fi
  state="$(retry change_of "$volume")" || die "the volume is $percent % full, and EC2 does not describe its changes"
  if [[ "$state" == modifying || "$state" == optimizing ]]; then
    say_once "the volume $volume is filling, and its last change is not complete: EC2 is $state it"
    return 0
  fi
  target="$(larger_than "$size")"
  if refused="$(aws ec2 modify-volume --volume-id "$volume" --size "$target" 2>&1 >/dev/null)"; then
    say "the volume $volume is $percent % full: it grows from $size to $target GiB, of at most $limit"
    finish "$volume" "$mount_point"
  elif [[ "$refused" == *VolumeModificationRateExceeded* || "$refused" == *IncorrectModificationState* ]]; then
    # Four changes in 24 hours, each after the last one is complete; where that is not in effect yet, one in six hours.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
    say_once "the volume $volume is filling, and EC2 does not change it again so soon (four times in 24 hours, or once in six): trying again"
  else
    say_once "EC2 refuses to enlarge the volume $volume: ${refused//$'\n'/ }"
  fi
}
