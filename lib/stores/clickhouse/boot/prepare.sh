# Before each start of ClickHouse, on the host: a certificate, and folders for PostHog's functions and format schemas.
#
# From the instance: IMAGE (the server's image), MOUNT_POINT (the volume), OWNER (`uid:gid` of the server), SECRETS_DIR.
# From the construct: HOST_NAME (in the certificate), REQUIRED_SECRETS and FOLDERS (names, separated by spaces).
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

install -d -o "${OWNER%:*}" -g "${OWNER#*:}" "$data"
certificate
# What is in them is installed while the server runs (install-app-files.sh), and stays on the volume.
for folder in $FOLDERS; do
  install -d -m 0755 -o "${OWNER%:*}" -g "${OWNER#*:}" "$data/$folder"
done
