#!/usr/bin/env bash
# Docker as boot/prepare.sh uses it. CALLS is the file of what was asked, APP the content of PostHog's image, FAIL a command that fails. A private
# registry of ECR takes the password of its region, and gives nothing to who has not logged in.
set -euo pipefail
echo "$*" >>"$CALLS"
if [[ "$*" == "${FAIL:-nothing}"* ]]; then
  echo "stub: $1 failed" >&2
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
  login)
    [[ "$(cat)" == "password of $(cut -d. -f4 <<<"${*: -1}")" ]]
    mkdir -p "${DOCKER_CONFIG:?}"
    echo "${*: -1}" >>"$DOCKER_CONFIG/registries"
    ;;
  pull)
    registry="$(cut -d/ -f1 <<<"${*: -1}")"
    [[ "$registry" != *.dkr.ecr.* ]] || grep --quiet --line-regexp --fixed-strings "$registry" "${DOCKER_CONFIG:?}/registries"
    ;;
  rm | image) ;;
  *)
    echo "stub: docker $1 is not known" >&2
    exit 1
    ;;
esac
