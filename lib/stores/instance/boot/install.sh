#!/usr/bin/env bash
# Puts the files of the asset where they belong, with the values that only the deployment knew, and starts the service.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Where the tests let it write; on an instance, the root.
HOST="${STATEFUL_INSTANCE_HOST:-}"

# One value a line, in base64, in the order of their numbers.
values=()
while IFS= read -r line; do
  if [[ -n "$line" ]]; then
    # The dot keeps line breaks at the end, which $( ) would take away.
    value="$(base64 -d <<<"$line" && printf .)"
    values+=("${value%.}")
  fi
done <"$ROOT/values"

# Puts the values in place of their marks.
fill() {
  local text number
  text="$(cat "$1" && printf .)"
  text="${text%.}"
  for number in "${!values[@]}"; do
    text="${text//"@{value-$number}"/"${values[number]}"}"
  done
  printf '%s' "$text" >"$1"
}

mkdir -p "$ROOT/asset/host"
while IFS= read -r -d '' file; do
  fill "$file"
done < <(find "$ROOT/asset/settings" "$ROOT/asset/container" "$ROOT/asset/host" -type f -print0)

# What the container reads is no secret: it may run as anybody.
while IFS= read -r -d '' file; do
  target="$HOST${file#"$ROOT/asset/host"}"
  (umask 022 && mkdir -p "$(dirname "$target")")
  install -m 0444 "$file" "$target"
done < <(find "$ROOT/asset/host" -type f -print0)

units="$HOST/etc/systemd/system"
mkdir -p "$units/stateful-instance.service.d"
install -m 0644 "$ROOT"/asset/boot/*.service "$ROOT"/asset/boot/*.timer "$units"
printf '[Unit]\nRequiresMountsFor=%s\n[Service]\nTimeoutStopSec=%s\n' "$(setting MOUNT_POINT)" "$(($(setting STOP_TIMEOUT) + 60))" \
  >"$units/stateful-instance.service.d/settings.conf"

systemctl daemon-reload
systemctl enable --now stateful-instance-watch.timer
if [[ -s "$ROOT/asset/container/while-running" ]]; then
  systemctl enable --now stateful-instance-while-running.timer
fi
# Without waiting: the service may have to wait for a volume, for as long as it takes.
systemctl enable stateful-instance.service
systemctl start --no-block stateful-instance.service
