#!/usr/bin/env bash
# Docker as boot/prepare.sh uses it. CALLS is the file of what was asked, APP the content of PostHog's image, FAIL a command that fails.
set -euo pipefail
echo "$*" >>"$CALLS"
if [[ "$*" == "${FAIL:-nothing}"* ]]; then
  echo "stand-in: $1 failed" >&2
  exit 1
fi
case "$1" in
  run)
    # run --rm --network none --user U --volume HOST:/tls --entrypoint openssl IMAGE ARGUMENTS
    folder="${8%:/tls}"
    arguments=("${@:12}")
    exec openssl "${arguments[@]//\/tls\//$folder/}"
    ;;
  create) echo container-1 ;;
  cp) cp -r "$APP/${2#container-1:}" "$3" ;;
  login) cat >/dev/null ;;
  pull | rm | image) ;;
  *)
    echo "stand-in: docker $1 is not known" >&2
    exit 1
    ;;
esac
