#!/usr/bin/env bash
# Compares the API of this checkout with that of the last release, and fails if code that uses the release would no longer compile. Before the first
# release there is nothing to compare, and this says so. Needs npm's registry, and the tags of the repository.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules

name="$(node -p 'require("./package.json").name')"
# The tag of the commit itself is the release that is about to be published.
tag="$(git tag --list 'v[0-9]*' --sort=-version:refname --no-contains HEAD | head -n 1)"
if [[ -z "$tag" ]]; then
  echo "nothing was compared: the repository has no tag of an earlier release (v1.2.3)"
  exit 0
fi
last="$name@${tag#v}"
if ! npm view "$last" version >/dev/null; then
  echo "there is the tag $tag, but npm has no $last, or cannot be reached" >&2
  exit 1
fi
npm run --silent build
# Experimental classes may change, but a change must be seen: it fails here too, until .compatibility-ignore lists it.
ignore=()
[[ -f .compatibility-ignore ]] && ignore=(--ignore-file .compatibility-ignore)
bash scripts/release-tool.sh jsii-diff --keys --error-on=all "${ignore[@]}" "npm:$last" .
echo "the API is compatible with $last"
