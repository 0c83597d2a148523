#!/usr/bin/env bash
# Prints the path of a registry of container images: the one in REGISTRY, or on this machine, or Debian's, unpacked into .registry without installing it.
set -euo pipefail
cd "$(dirname "$0")/.."

runs() {
  [[ -x "$1" ]] && "$1" --version >/dev/null 2>&1
}

for registry in "${REGISTRY:-}" "$(command -v docker-registry || true)" "$PWD/.registry/usr/bin/docker-registry"; do
  if runs "$registry"; then
    echo "$registry"
    exit 0
  fi
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo 'docker-registry is missing: install it (Debian, Ubuntu: apt-get install docker-registry), or name it with REGISTRY=/path/to/registry' >&2
  exit 1
fi
echo ".registry: unpacking Debian's docker-registry" >&2
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
download() {
  (cd "$work" && apt-get download --quiet docker-registry)
}
# A fresh machine has no lists of packages yet.
if ! download >"$work/log" 2>&1 && ! (apt-get update --quiet && download) >"$work/log" 2>&1; then
  cat "$work/log" >&2
  echo 'docker-registry cannot be downloaded: install it (Debian, Ubuntu: apt-get install docker-registry)' >&2
  exit 1
fi
rm -rf .registry
dpkg-deb --extract "$work"/docker-registry_*.deb .registry
if ! runs "$PWD/.registry/usr/bin/docker-registry"; then
  echo 'the unpacked docker-registry does not run here: install it (Debian, Ubuntu: apt-get install docker-registry)' >&2
  exit 1
fi
echo "$PWD/.registry/usr/bin/docker-registry"
