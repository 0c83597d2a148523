# The end of the user data, which cloud-init runs once in an instance's life. Before it stand ASSET, REGION and VALUES.
# shellcheck shell=bash
set -euo pipefail
umask 077
: "${ASSET:?}" "${REGION:?}" "${VALUES?}"

root="${STATEFUL_INSTANCE_ROOT:-/opt/stateful-instance}"
mkdir -p "$root"
printf '%s\n' "$VALUES" >"$root/values"

# The network, the role and its policy may be there a little later than the instance. Nobody runs this a second time, so it does not give up.
delay=1
until aws s3 cp --region "$REGION" --only-show-errors "$ASSET" "$root/asset.zip" \
  && rm -rf "$root/asset" && python3 -m zipfile -e "$root/asset.zip" "$root/asset"; do
  echo "stateful-instance: $ASSET is not here yet, asking again in $delay s" >&2
  sleep "$delay"
  delay=$((delay < 30 ? delay * 2 : 60))
done
rm -f "$root/asset.zip"

bash "$root/asset/boot/install.sh"
bash "$root/asset/boot/signal.sh"
