#!/usr/bin/env bash
# Docker and the image. It comes first, so that it is done while another instance may still hold the volume.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if ! { command -v docker && command -v mkfs.xfs && command -v cmp; } >/dev/null; then
  retry dnf install --assumeyes --quiet docker xfsprogs diffutils || die 'docker cannot be installed: check the outbound access to the repositories of Amazon Linux'
fi
systemctl enable --now docker.service

image="$(setting IMAGE)"
if ! docker image inspect "$image" >/dev/null 2>&1; then
  bash "$ROOT/asset/boot/log-in.sh" "$image"
  retry docker pull --quiet "$image" || die "the image $image cannot be pulled: check the outbound access to its registry, and the registry's pull limits"
  rm -rf "$DOCKER_CONFIG"
fi
