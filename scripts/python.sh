#!/usr/bin/env bash
# Creates .venv with exactly what requirements.txt pins, or leaves it alone if it is up to date. With a name as argument, .venv-<name> of
# requirements-<name>.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v python3 >/dev/null; then
  echo 'python3 is missing: install it (Debian, Ubuntu: apt-get install python3 python3-venv)' >&2
  exit 1
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
  echo "python3 must be 3.10 or newer, got: $(python3 --version)" >&2
  exit 1
fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  echo 'python3 cannot make virtual environments: install python3-venv (Debian, Ubuntu: apt-get install python3-venv)' >&2
  exit 1
fi

venv=".venv${1:+-$1}"
requirements="requirements${1:+-$1}.txt"

wanted="$(python3 --version) $(cksum <"$requirements")"
if [[ -x "$venv/bin/python" && "$(cat "$venv/installed" 2>/dev/null || true)" == "$wanted" ]]; then
  exit 0
fi
echo "$venv: installing what $requirements pins"
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
"$venv/bin/python" -m pip check --disable-pip-version-check >/dev/null
echo "$wanted" >"$venv/installed"
