#!/usr/bin/env bash
# Prints the path of an nginx with the realip module: the one in NGINX, or on this machine, or Debian's, unpacked into .nginx without installing it.
set -euo pipefail
cd "$(dirname "$0")/.."

can_verify() {
  [[ -x "$1" ]] && "$1" -V 2>&1 | grep -q -- --with-http_realip_module
}

for nginx in "${NGINX:-}" "$(command -v nginx || true)" /usr/sbin/nginx "$PWD/.nginx/usr/sbin/nginx"; do
  if can_verify "$nginx"; then
    echo "$nginx"
    exit 0
  fi
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo 'nginx with its realip module is missing: install it (Debian, Ubuntu: apt-get install nginx), or name it with NGINX=/path/to/nginx' >&2
  exit 1
fi
echo ".nginx: unpacking Debian's nginx" >&2
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
download() {
  (cd "$work" && apt-get download --quiet nginx)
}
# A fresh machine has no lists of packages yet.
if ! download >"$work/log" 2>&1 && ! (apt-get update --quiet && download) >"$work/log" 2>&1; then
  cat "$work/log" >&2
  echo 'nginx cannot be downloaded: install it (Debian, Ubuntu: apt-get install nginx)' >&2
  exit 1
fi
rm -rf .nginx
dpkg-deb --extract "$work"/nginx_*.deb .nginx
if ! can_verify "$PWD/.nginx/usr/sbin/nginx"; then
  echo 'the unpacked nginx does not run here: install it (Debian, Ubuntu: apt-get install nginx)' >&2
  exit 1
fi
echo "$PWD/.nginx/usr/sbin/nginx"
