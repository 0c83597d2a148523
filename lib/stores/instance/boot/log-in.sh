#!/usr/bin/env bash
# Lets Docker into the registry of the image that is named: a private one of ECR with the role of this instance, in whichever account and region, and that
# of the container's own image with the credentials of a secret. Other registries are used anonymously. lib/private/container-image.ts has the same
# pattern of ECR: what is let in here, the role may pull there.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The registry of an image, as Docker reads its name: what is before the first slash, if that looks like a host.
registry_of() {
  local first="${1%%/*}"
  if [[ "$1" == */* && "$first" != index.docker.io && ("$first" == *[.:]* || "$first" == localhost) ]]; then
    printf '%s' "$first"
  else
    printf docker.io
  fi
}

fetch() {
  aws secretsmanager get-secret-value --secret-id "$secret" --output json
}

# Prints a field of the secret on the standard input.
FIELD='
import json, sys
sys.stdout.write(json.loads(json.load(sys.stdin)["SecretString"])[sys.argv[1]])
'

log_in_to_ecr() {
  aws ecr get-login-password --region "$region" | docker login --username AWS --password-stdin "$registry" >/dev/null
}

# In variables of this shell and in pipes: the password is never in a file, an argument or the environment of a program.
log_in() {
  # Docker Hub is the default, by another name.
  local host=("$registry")
  [[ "$registry" != docker.io ]] || host=()
  printf '%s' "$credentials" | python3 -c "$FIELD" password | docker login --username "$username" --password-stdin "${host[@]}" >/dev/null
}

secret="$(setting REGISTRY_SECRET)"
if [[ "$1" =~ ^([0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?)/ ]]; then
  registry="${BASH_REMATCH[1]}" region="${BASH_REMATCH[2]}"
  retry log_in_to_ecr || die "Docker cannot log in to $registry: check its outbound access and its permission ecr:GetAuthorizationToken"
elif [[ -n "$secret" && "$(registry_of "$1")" == "$(registry_of "$(setting IMAGE)")" ]]; then
  registry="$(registry_of "$1")"
  credentials="$(retry fetch)" || die "the secret $secret with the credentials of $registry cannot be read"
  username="$(printf '%s' "$credentials" | python3 -c "$FIELD" username)" || die "the secret $secret has no username"
  retry log_in || die "Docker cannot log in to $registry as $username: check the secret $secret, and the outbound access to the registry"
fi
