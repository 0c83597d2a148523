#!/usr/bin/env bash
# Finds the volume, attaches it, makes a file system if it looks as if nothing was ever written to it, and mounts it. It can run at any
# time and any number of times: what is done already stays as it is.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/file-system.sh"

DEVICES="${STATEFUL_INSTANCE_DEVICES:-/dev/disk/by-id}"
POLL="${STATEFUL_INSTANCE_POLL:-5}"
# How long one attempt waits for another instance to let go. systemd begins the next attempt.
PATIENCE="${STATEFUL_INSTANCE_PATIENCE:-300}"

tag="$(setting VOLUME_TAG)"
mount_point="$(setting MOUNT_POINT)"
instance="$(imds meta-data/instance-id)"
zone="$(imds meta-data/placement/availability-zone)"

# Every volume with the tag, one a line. What is not there is a dash, or columns would shift.
describe() {
  aws ec2 describe-volumes --output text \
    --filters "Name=tag:cdk-posthog:volume,Values=$tag" Name=status,Values=creating,available,in-use,error \
    --query "Volumes[].[VolumeId, State, AvailabilityZone, SnapshotId || '-', Attachments[0].InstanceId || '-', Attachments[0].State || '-']"
}

# Sets volume, state, volume_zone, snapshot, holder and attachment, or does not come back.
look() {
  local found
  found="$(retry describe)" || die 'EC2 does not say which volumes there are'
  [[ -n "$found" ]] || die "no volume has the tag cdk-posthog:volume=$tag"
  if [[ "$found" == *$'\n'* ]]; then
    # One would be the data and the other empty, and nobody but a human knows which.
    refuse "more than one volume has the tag cdk-posthog:volume=$tag; take it from all but the one with the data: $(cut -f1 <<<"$found" | tr '\n' ' ')"
  fi
  IFS=$'\t' read -r volume state volume_zone snapshot holder attachment <<<"$found"
  [[ "$volume_zone" == "$zone" ]] || refuse "the volume $volume is in $volume_zone and this instance in $zone"
  [[ "$state" != error ]] || refuse "EC2 says that the volume $volume is in error"
}

# Attaches the volume to this instance. EBS attaches a gp3 volume to one instance only, and a running one is never made to let go.
attach() {
  local deadline=$((SECONDS + PATIENCE)) told=''
  while look && [[ "$holder $attachment" != "$instance attached" ]]; do
    ((SECONDS < deadline)) || die "the volume $volume is still $state, held by $holder"
    if [[ "$state" == available ]]; then
      # Of two instances that ask at once, EC2 refuses one.
      aws ec2 attach-volume --volume-id "$volume" --instance-id "$instance" --device /dev/sdf >/dev/null \
        || say "the volume $volume could not be attached, trying again"
    elif [[ "$told" != "$holder $attachment" ]]; then
      say "waiting for the volume $volume, which is $state, $attachment to $holder"
      told="$holder $attachment"
    fi
    sleep "$POLL"
  done
}

# The device of the volume, by the serial number that EBS gives it, which is its id.
find_device() {
  local link="$DEVICES/nvme-Amazon_Elastic_Block_Store_${volume/-/}" deadline=$((SECONDS + PATIENCE))
  until [[ -b "$link" ]]; do
    ((SECONDS < deadline)) || die "the volume $volume is attached, but $link does not appear"
    sleep "$POLL"
  done
  device="$(readlink -f "$link")"
}

mount_volume() {
  local what mounted
  if mountpoint -q "$mount_point"; then
    mounted="$(findmnt --noheadings --raw --output SOURCE --mountpoint "$mount_point")"
    [[ "$(readlink -f "$mounted")" == "$device" ]] || refuse "$mounted is mounted on $mount_point, where the volume $volume belongs"
    return 0
  fi
  what="$(content_of "$device")"
  case "$what" in
    ours) ;;
    blank)
      [[ "$snapshot" == - ]] || refuse "the volume $volume comes from the snapshot $snapshot, and yet there is nothing on it"
      say "the volume $volume is blank: making a file system"
      make_file_system "$device"
      [[ "$(content_of "$device")" == ours ]] || die "the new file system on the volume $volume cannot be found"
      ;;
    *) refuse "the volume $volume is left as it is: it holds $what" ;;
  esac
  mkdir -p "$mount_point"
  # A file system that was not unmounted is recovered here, from its journal. A damaged one stays untouched.
  mount -t xfs -o noatime "$device" "$mount_point" || die "the file system on the volume $volume cannot be mounted; see \`dmesg\` and xfs_repair(8)"
}

# Notes on the volume who holds it. EBS is the fence; this shows in the log what happened, and distinguishes the volume from the root disk.
hold() {
  local note="$mount_point/.cdk-posthog/holder" before=''
  mkdir -p "$mount_point/.cdk-posthog" "$RUN"
  [[ ! -e "$note" ]] || before="$(<"$note")"
  if [[ "$before" != "$instance" ]]; then
    say "the volume $volume is held by $instance now${before:+, and was by $before}"
    printf '%s\n' "$instance" >"$note.new"
    sync -f "$note.new"
    mv "$note.new" "$note"
  fi
  printf '%s\n' "$instance" >"$RUN/instance"
}

# The mount point and the folders in it belong to who runs in the container. What is deeper is the container's own.
own() {
  local owner folder
  owner="$(setting OWNER)"
  chown "$owner" "$mount_point"
  chmod 0755 "$mount_point"
  while IFS= read -r folder; do
    (umask 022 && mkdir -p "$folder")
    chown "$owner" "$folder"
  done <"$ROOT/asset/container/folders"
}

attach
find_device
mount_volume
grow_file_system "$mount_point"
hold
own
rm -f "$REFUSED"
