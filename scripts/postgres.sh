#!/usr/bin/env bash
# Prints the folder of PostgreSQL's programs: the one in POSTGRES_BIN, or of this machine, or Debian's, which this installs where it may.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh

find_it() {
  local folder
  for folder in "${POSTGRES_BIN:-}" $(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse) "$(dirname "$(command -v postgres || echo /nowhere/postgres)")"; do
    if [[ -x "$folder/initdb" && -x "$folder/postgres" ]]; then
      echo "$folder"
      return
    fi
  done
  return 1
}

if find_it; then
  exit 0
fi
if ! command -v apt-get >/dev/null || [[ "$(id -u)" != 0 ]]; then
  echo 'PostgreSQL is missing: install it (Debian, Ubuntu: apt-get install postgresql), or name the folder of its programs with POSTGRES_BIN' >&2
  exit 1
fi
echo "installing Debian's package postgresql" >&2
# Without a cluster of its own, which would be started.
mkdir -p /etc/postgresql-common
[[ -e /etc/postgresql-common/createcluster.conf ]] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
if ! { apt_get update -qq && DEBIAN_FRONTEND=noninteractive apt_get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold postgresql; } >/dev/null; then
  echo 'PostgreSQL could not be installed: apt-get says why above' >&2
  exit 1
fi
find_it
