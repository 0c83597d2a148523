#!/usr/bin/env bash
# Writes a release file with the newest images of PostHog, and the text of a pull request about it: propose-release.sh FILE MESSAGE OPTION..., with options
# of `cdk-posthog release`. Fails, and leaves the file as it was, if the command refuses the images, such as builds that are too many days apart.
# Synthesises the sample app with the file.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules

file="$1" message="$2"
shift 2
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
command=(node assets/cli/cdk-posthog.js release)

# Compared with the file of the last proposal, or, for the first one, with the library's newest release.
before="$work/before.json"
if ! git show "HEAD:$file" 2>/dev/null >"$before"; then
  before="$(node --import tsx -e 'console.log(require("./lib/internal").KNOWN_RELEASES[0].name)')"
fi
status=0
"${command[@]}" --output "$file" "$@" >"$work/images" 2>"$work/warnings" || status=$?
cat "$work/warnings" >&2
if ((status)); then
  exit "$status"
fi

# Exit code 1 says that they differ.
"${command[@]}" --diff "$before" "$file" >"$work/differences" || status=$?
if ((status > 1)); then
  exit "$status"
fi

export CDK_DISABLE_CLI_TELEMETRY=true CDK_DISABLE_VERSION_CHECK=1
node node_modules/aws-cdk/bin/cdk synth --quiet --no-notices --output "$work/cdk.out" -c "posthog:releaseFile=$file"

{
  echo "Today's images of PostHog, as \`npx cdk-posthog release\` finds them. The sample app synthesises with them; nothing was started."
  echo
  echo 'Before merging, read the commits for notes about migrations, and deploy the file to a copy (docs/upgrades.md).'
  for part in warnings differences images; do
    printf '\n## %s\n\n```\n' "${part^}"
    cat "$work/$part"
    echo '```'
  done
} >"$message"
