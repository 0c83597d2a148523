#!/usr/bin/env bash
# What scripts need before they begin; sourced by them, in the repository's root.

missing() {
  echo "$1" >&2
  exit 1
}

need_modules() {
  [[ -d node_modules/aws-cdk && -d node_modules/jest ]] || missing 'node_modules is missing: run npm ci first'
}

need_openssl() {
  command -v openssl >/dev/null || missing 'openssl is missing: install it (Debian, Ubuntu: apt-get install openssl)'
}

# Runs apt-get while no other script does: .ci/run has two stages at a time, and apt-get does not wait for the lists of packages.
apt_get() {
  if command -v flock >/dev/null; then
    flock "${TMPDIR:-/tmp}/cdk-posthog-apt.lock" apt-get "$@"
  else
    apt-get "$@"
  fi
}
