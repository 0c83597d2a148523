#!/usr/bin/env bash
# Runs the boot scripts of instances on disks of this machine made of files, with the real tools for file systems and stubs for AWS and
# Docker, after ShellCheck has nothing to say. Needs root, Linux with loop devices and XFS, and python3; installs the tools on Debian and Ubuntu.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh

if [[ "$(id -u)" != 0 ]]; then
  echo 'test:boot creates and mounts file systems: run it as root (sudo npm run test:boot)' >&2
  exit 1
fi
need_modules

# Command and the package of Debian that has it.
tools=(shellcheck:shellcheck mkfs.xfs:xfsprogs mkfs.ext4:e2fsprogs losetup:mount blkid:util-linux flock:util-linux cmp:diffutils python3:python3-minimal systemd-analyze:systemd)
packages=()
for tool in "${tools[@]}"; do
  command -v "${tool%%:*}" >/dev/null || packages+=("${tool#*:}")
done
if ((${#packages[@]})); then
  if ! command -v apt-get >/dev/null; then
    echo "missing: ${packages[*]}; install them (the names are those of Debian)" >&2
    exit 1
  fi
  echo "installing ${packages[*]}"
  apt_get update -qq
  DEBIAN_FRONTEND=noninteractive apt_get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

probe="$(mktemp)"
trap 'rm -f "$probe"' EXIT
truncate -s 1M "$probe"
if ! device="$(losetup --find --show "$probe")"; then
  echo 'this machine gives out no loop devices, of which the tests make disks; in a container, run it with --privileged and /dev' >&2
  exit 1
fi
losetup --detach "$device"
if ! grep -qw xfs /proc/filesystems && ! modprobe xfs; then
  echo 'the kernel of this machine knows no XFS, which the tests mount' >&2
  exit 1
fi

shellcheck --external-sources lib/stores/instance/boot/*.sh lib/services/capacity/boot/*.sh test/helpers/boot/bin/* test/helpers/boot/host-bin/* scripts/*.sh
echo 'shellcheck has nothing to say'
systemd-analyze verify lib/stores/instance/boot/*.service lib/stores/instance/boot/*.timer
echo 'systemd has nothing to say'
node node_modules/jest/bin/jest.js --selectProjects boot --runInBand "$@"
