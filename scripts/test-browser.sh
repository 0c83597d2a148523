#!/usr/bin/env bash
# Looks at the local preview with a real browser, and lets the real posthog-js call through it. Needs Chromium: /usr/bin/chromium, the one
# that CHROMIUM names, or Debian's package, which this installs where it may. UPDATE_SCREENSHOTS=1 renews the pictures in docs/images.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules
if [[ -n "${CHROMIUM:-}" && ! -x "$CHROMIUM" ]]; then
  echo "CHROMIUM names $CHROMIUM, which is no program" >&2
  exit 1
fi
export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"
if [[ ! -x "$CHROMIUM" ]]; then
  if ! command -v apt-get >/dev/null || [[ "$(id -u)" != 0 ]]; then
    echo "there is no Chromium at $CHROMIUM: install it (Debian: apt-get install chromium fonts-inter fonts-jetbrains-mono), or name one with CHROMIUM" >&2
    exit 1
  fi
  echo 'installing Debian'\''s package chromium' >&2
  if ! { apt_get update && apt_get install -y --no-install-recommends chromium fonts-inter fonts-jetbrains-mono; } >/dev/null; then
    echo 'Chromium could not be installed: apt-get says why above' >&2
    exit 1
  fi
fi
# .ci/run has bundled, and other stages read the bundles meanwhile.
[[ -n "${BUNDLED:-}" ]] || npm run --silent bundle
exec node node_modules/jest/bin/jest.js --selectProjects browser --runInBand "$@"
