#!/usr/bin/env bash
# Docker as the scripts of ClickHouse's instances use it. HOST is the folder of the test's host, with the images of PostHog in apps/; FAIL is a command that
# fails. A private registry of ECR takes the password of its region, and gives nothing to who has not logged in.
set -euo pipefail
echo "$*" >>"$HOST/calls"
if [[ "$*" == "${FAIL:-nothing}"* ]]; then
  echo "stub: $1 failed" >&2
  exit 1
fi
app() { printf '%s' "$HOST/apps/${1//\//_}"; }
case "$1 ${2:-}" in
  'run '*)
    # run --rm --network none --user U --volume HOST:/tls --entrypoint openssl IMAGE ARGUMENTS
    folder="${8%:/tls}"
    arguments=("${@:12}")
    exec openssl "${arguments[@]//\/tls\//$folder/}"
    ;;
  'create '*) printf '%s' "${*: -2:1}" >"$HOST/container" ;;
  'cp '*) cp -r "$(app "$(cat "$HOST/container")")/${2#app-files:}" "$3" ;;
  'login '*)
    [[ "$(cat)" == "password of $(cut -d. -f4 <<<"${*: -1}")" ]]
    mkdir -p "${DOCKER_CONFIG:?}"
    echo "${*: -1}" >>"$DOCKER_CONFIG/registries"
    ;;
  'pull '*)
    registry="$(cut -d/ -f1 <<<"${*: -1}")"
    [[ "$registry" != *.dkr.ecr.* ]] || grep --quiet --line-regexp --fixed-strings "$registry" "${DOCKER_CONFIG:?}/registries"
    [[ -d "$(app "${*: -1}")" ]]
    echo "${*: -1}" >"$HOST/pulled"
    ;;
  'image inspect') echo id-server ;;
  'image ls')
    echo id-server
    [[ ! -e "$HOST/pulled" ]] || echo id-app
    ;;
  'image rm')
    [[ "${*: -1}" == id-app ]]
    rm -f "$HOST/pulled"
    ;;
  'exec '*)
    # exec NAME sh -c SCRIPT - USER QUERY
    case "${*: -1}" in
      'SYSTEM RELOAD FUNCTIONS')
        sed -n 's/.*<name>\(.*\)<\/name>.*/\1/p' "$HOST/volume/data/user_scripts/latest_user_defined_function.xml" >"$HOST/loaded"
        ;;
      SELECT*) cat "$HOST/loaded" ;;
    esac
    ;;
  'rm '*) rm -f "$HOST/container" ;;
  *)
    echo "stub: docker $1 is not known" >&2
    exit 1
    ;;
esac
