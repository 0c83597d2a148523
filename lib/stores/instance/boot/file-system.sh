# What is on a device, and when a file system may be made on it.
# shellcheck shell=bash

# Twelve characters, as many as XFS has room for.
LABEL=posthog-data

# Whether a part of a device is zeros, from a byte on. A part that cannot be read is not.
zeros() {
  cmp --silent --bytes="$3" --ignore-initial="$2:0" "$1" /dev/zero
}

# Returns whether a device looks as if it was never written to: zeros in 64 MiB at its beginning and at its end, and around 1,023 places between,
# which include all backup superblocks of XFS. New EBS volumes contain zeros. It is a sample, because reading a large volume takes hours: of data
# without any file system, it finds every piece that is longer than a thousandth of the device.
untouched() {
  local device="$1" size part place around=$((128 * 1024)) mib=$((1024 * 1024))
  size="$(blockdev --getsize64 "$device")" || return 1
  part=$((64 * mib < size ? 64 * mib : size))
  zeros "$device" 0 "$part" || return 1
  zeros "$device" $((size - part)) "$part" || return 1
  ((around < size / 1024)) || around=$((size / 1024))
  for ((place = 1; place < 1024; place++)); do
    zeros "$device" $(((size * place / 1024 & ~4095) - around / 2)) "$around" || return 1
  done
}

# Prints `ours`, `blank`, or a description of other content.
content_of() {
  local device="$1" found status=0 type label traces
  found="$(blkid --probe --output export "$device")" || status=$?
  case "$status" in
    0)
      type="$(sed -n 's/^TYPE=//p' <<<"$found")"
      label="$(sed -n 's/^LABEL=//p' <<<"$found")"
      if [[ "$type" == xfs && "$label" == "$LABEL" ]]; then
        echo ours
      else
        echo "${type:-a partition table}${label:+ labelled $label}, where xfs labelled $LABEL should be"
      fi
      ;;
    2)
      # An unreadable device has the same status, so it proves nothing.
      if ! traces="$(wipefs --no-act --noheadings "$device")"; then
        echo 'something that cannot be read'
      elif [[ -n "$traces" ]]; then
        echo "traces of something: $(tr -s ' \n' ' ' <<<"$traces")"
      elif untouched "$device"; then
        echo blank
      else
        echo 'data without a file system that is known'
      fi
      ;;
    *) echo "more than one thing, or something that cannot be read (blkid says $status)" ;;
  esac
}

# Without --force, so that mkfs.xfs also refuses a device with content.
make_file_system() {
  mkfs.xfs -q -L "$LABEL" "$1"
}

# Grows a mounted file system to the size of its device, if it is smaller.
grow_file_system() {
  local told
  told="$(xfs_growfs -d "$1" 2>&1)" || die "the file system on $1 cannot grow: $told"
}
