#!/usr/bin/env bash
# Prints the path of an nginx with the realip module: the one in NGINX, or on this machine, or Debian's, unpacked into .nginx without installing it.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/debian-program.sh

can_verify() {
  "$1" -V 2>&1 | grep -q -- --with-http_realip_module
}

debian_program 'nginx with its realip module' nginx NGINX .nginx usr/sbin/nginx can_verify "$(command -v nginx || true)" /usr/sbin/nginx
