#!/usr/bin/env bash
# Fetches the secrets, into memory, and writes the environment of the container.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

secrets="$RUN/secrets"
mkdir -p "$secrets"
cp "$ROOT/asset/container/environment" "$RUN/environment"

fetch() {
  aws secretsmanager get-secret-value --secret-id "$1" --output json
}

# The text of a secret, or a field of the JSON in it.
PICK='
import json, sys
text = json.load(sys.stdin)["SecretString"]
sys.stdout.write(str(json.loads(text)[sys.argv[1]]) if len(sys.argv) > 1 else text)
'

while IFS=$'\t' read -r name arn field; do
  answer="$(retry fetch "$arn")" || die "the secret for $name cannot be read"
  python3 -c "$PICK" ${field:+"$field"} <<<"$answer" >"$secrets/$name" || die "the secret for $name has no ${field:-text}"
  if [[ "$(wc -l <"$secrets/$name")" -gt 0 ]]; then
    say "$name has more than one line, and so is a file and no variable"
  else
    printf '%s=%s\n' "$name" "$(<"$secrets/$name")" >>"$RUN/environment"
  fi
done <"$ROOT/asset/container/secrets"

# The id of the zone, not its name, which means another zone in another account. A service that does not know it starts all the same.
zone_variable="$(setting ZONE_ID_VARIABLE)"
if [[ -n "$zone_variable" ]]; then
  if ! zone="$(retry fetch_imds meta-data/placement/availability-zone-id)"; then
    say 'the instance metadata service does not return the id of the zone'
    zone=''
  fi
  printf '%s=%s\n' "$zone_variable" "$zone" >>"$RUN/environment"
fi
