#!/usr/bin/env bash
# The AWS CLI as boot/install-app-files.sh uses it. HOST is the folder of the test's host, FAIL a command that fails.
set -euo pipefail
[[ "$1" == logs ]] || echo "aws $1 $2" >>"$HOST/calls"
if [[ "aws $1 $2" == "${FAIL:-nothing}"* ]]; then
  echo "stub: $1 $2 failed" >&2
  exit 254
fi
case "$1 $2" in
  'ssm get-parameter')
    [[ "$4" == Image ]]
    cat "$HOST/wanted"
    ;;
  'ssm put-parameter')
    [[ "$4" == Report ]]
    printf '%s' "$6" >"$HOST/report"
    ;;
  'ecr get-login-password') echo "password of $4" ;;
  'logs create-log-stream') ;;
  'logs put-log-events') printf '%s\n' "${*: -1}" >>"$HOST/log" ;;
  *)
    echo "stub: aws $1 $2 is not known" >&2
    exit 1
    ;;
esac
