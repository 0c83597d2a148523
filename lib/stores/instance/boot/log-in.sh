#!/usr/bin/env bash
# Lets Docker into the registry of the image that is named, where that is a private one of ECR, in whichever account and region; the others ask for no
# login. lib/private/ecr.ts has the same pattern: what is let in here, the role may pull there.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[[ "$1" =~ ^([0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?)/ ]] || exit 0
registry="${BASH_REMATCH[1]}" region="${BASH_REMATCH[2]}"

log_in() {
  aws ecr get-login-password --region "$region" | docker login --username AWS --password-stdin "$registry" >/dev/null
}
retry log_in || die "Docker cannot log in to $registry: check its outbound access and its permission ecr:GetAuthorizationToken"
