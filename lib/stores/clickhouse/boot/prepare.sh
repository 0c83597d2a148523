# Before each start of ClickHouse, on the host: a certificate, and what the server runs and reads that is PostHog's own.
#
# From the instance: IMAGE (the server's image), MOUNT_POINT (the volume), OWNER (`uid:gid` of the server), SECRETS_DIR, LOG_IN
# (the script that lets Docker into the registry of an image).
# From the construct: HOST_NAME (in the certificate), REQUIRED_SECRETS (names, separated by spaces), APP_IMAGE (PostHog's image; empty for a
# Keeper, which runs nothing of PostHog).
set -euo pipefail

data="$MOUNT_POINT/data"

# ClickHouse reads a password that is not there as an empty one, and only warns.
for name in $REQUIRED_SECRETS; do
  if [[ ! -s "$SECRETS_DIR/$name" ]]; then
    echo "the secret $name is empty; ClickHouse would let everybody in" >&2
    exit 1
  fi
  # It puts the text of a variable into its configuration as it is.
  if grep -q '[<&]' "$SECRETS_DIR/$name"; then
    echo "the secret $name holds < or &, which ClickHouse's configuration cannot" >&2
    exit 1
  fi
done

# The tools are those of the server's image: the host need not have them.
openssl_of_image() {
  docker run --rm --network none --user "$OWNER" --volume "$data/tls:/tls" --entrypoint openssl "$IMAGE" "$@"
}

certificate() {
  install -d -m 0700 -o "${OWNER%:*}" -g "${OWNER#*:}" "$data/tls"
  # Created again at a start in the last month of its validity, and when the name has changed.
  if [[ -s "$data/tls/server.key" && "$(cat "$data/tls/name" 2>/dev/null || true)" == "$HOST_NAME" ]] &&
    openssl_of_image x509 -in /tls/server.crt -noout -checkend 2592000 >/dev/null; then
    return
  fi
  local output
  if ! output="$(openssl_of_image req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -keyout /tls/server.key -out /tls/server.crt \
    -subj '/CN=ClickHouse of PostHog' -addext "subjectAltName=DNS:$HOST_NAME,DNS:localhost,IP:127.0.0.1" 2>&1)"; then
    echo "$output" >&2
    return 1
  fi
  echo "$HOST_NAME" >"$data/tls/name"
}

# The functions' names carry the version of their folder, except outside PostHog's own cloud (posthog/hogql/functions/udfs.py), where the file with the
# plain names is in no image. The newest version is the plain one: upstream makes it from that file (posthog/udf_versioner.py).
plain_names() {
  local file="$1/latest_user_defined_function.xml" newest
  newest="$(sed -n 's/.*_v\([0-9][0-9]*\)<\/name>.*/\1/p' "$file" | sort -n | tail -n 1)"
  if [[ -z "$newest" ]]; then
    echo "no versioned function in $file: PostHog's image is not as expected" >&2
    return 1
  fi
  sed -i "s/_v$newest<\/name>/<\/name>/" "$file"
}

posthog_files() {
  local stamp="$MOUNT_POINT/posthog-image" incoming="$MOUNT_POINT/incoming" container
  if [[ "$(cat "$stamp" 2>/dev/null || true)" == "$APP_IMAGE" && -d "$data/user_scripts" && -d "$data/format_schemas" ]]; then
    return
  fi
  rm -rf "$incoming"
  mkdir -p "$incoming"
  bash "$LOG_IN" "$APP_IMAGE"
  # Nothing of it runs here, so its architecture need not be the host's; PostHog's programs for both lie in every image.
  docker pull --quiet --platform linux/amd64 "$APP_IMAGE" >/dev/null
  container="$(docker create --platform linux/amd64 "$APP_IMAGE" true)"
  docker cp "$container:/code/posthog/user_scripts" "$incoming/user_scripts"
  docker cp "$container:/code/posthog/idl" "$incoming/format_schemas"
  docker rm "$container" >/dev/null
  plain_names "$incoming/user_scripts"
  chown -R "$OWNER" "$incoming"
  # From here on an interruption is repaired by the next start: the stamp is written last.
  rm -f "$stamp"
  rm -rf "$data/user_scripts" "$data/format_schemas"
  mv "$incoming/user_scripts" "$incoming/format_schemas" "$data/"
  rmdir "$incoming"
  echo "$APP_IMAGE" >"$stamp"
  # Gigabytes that nothing needs any more; in use by nobody, as far as this host is concerned.
  docker image rm "$APP_IMAGE" >/dev/null || true
}

install -d -o "${OWNER%:*}" -g "${OWNER#*:}" "$data"
certificate
if [[ -n "$APP_IMAGE" ]]; then
  posthog_files
fi
