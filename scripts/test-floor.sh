#!/usr/bin/env bash
# Packs the library, installs it with the oldest aws-cdk-lib of its range in a temporary folder, compiles its types, and synthesises the sample app with
# all products: the same templates as with the version that this checkout has. Needs npm's registry.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/needs.sh
need_modules

root=$PWD
peer() {
  node -p "require('$root/package.json').peerDependencies['$1'].replace(/^\^/, '')"
}
cdk=$(peer aws-cdk-lib) constructs=$(peer constructs)
tsx=$(node -p "require.resolve('tsx')")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
products=events,feature-flags,session-replay,data-pipelines,error-tracking,logs,ai,live-events,exports

npm pack --silent --pack-destination "$work" >&2
mkdir -p "$work/floor" "$work/newest/node_modules/cdk-posthog"
echo '{ "name": "floor", "private": true }' > "$work/floor/package.json"
(cd "$work/floor" && npm install --no-audit --no-fund --silent "$work"/cdk-posthog-*.tgz "aws-cdk-lib@$cdk" "constructs@$constructs")
tar -xzf "$work"/cdk-posthog-*.tgz -C "$work/newest/node_modules/cdk-posthog" --strip-components 1
ln -s "$root/node_modules/aws-cdk-lib" "$root/node_modules/constructs" "$work/newest/node_modules/"

# A package that is installed from npm runs no scripts.
# shellcheck disable=SC2016
node -e '
const { scripts } = require(process.argv[1]);
if (scripts) { throw new Error(`the packed package.json has scripts: ${Object.keys(scripts).join(", ")}`); }
' "$work/floor/node_modules/cdk-posthog/package.json"

# The declarations, and what the sample app uses of them, with the oldest types. Errors in those of the CDK itself do not count.
for folder in floor newest; do
  sed "s#'\.\./lib'#'cdk-posthog'#" bin/posthog.ts > "$work/$folder/app.ts"
done
ln -s "$root/node_modules/@types" "$work/floor/node_modules/@types" 2> /dev/null || true
status=0
(cd "$work/floor" && node "$root/node_modules/typescript/bin/tsc" --noEmit --strict --target es2022 --module nodenext --types node app.ts > types.log) || status=$?
if [ "$status" -gt 2 ]; then
  echo "the compiler ended with $status" >&2
  exit 1
fi
if grep -E '^(app\.ts|node_modules/cdk-posthog/)' "$work/floor/types.log"; then
  echo "the types do not compile with aws-cdk-lib $cdk" >&2
  exit 1
fi

for folder in floor newest; do
  (
    cd "$work/$folder"
    CDK_OUTDIR=out CDK_VALIDATION=false \
      CDK_CONTEXT_JSON=$(node -p "JSON.stringify({ ...require('$root/cdk.json').context, 'posthog:products': '$products' })") \
      node --import "$tsx" app.ts
    # The CDK's own functions have other hashes in each version.
    for template in out/*.template.json; do
      node -e '
      const template = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
      process.stdout.write(JSON.stringify(template, undefined, 1).replace(/[0-9a-f]{32,64}/g, "HASH"));
      ' "$template" > "$(basename "$template").plain"
    done
  )
done
for template in "$work"/newest/*.plain; do
  diff "$work/floor/$(basename "$template")" "$template" || { echo "the floor and the newest version differ in $(basename "$template")" >&2; exit 1; }
done
echo "floor: aws-cdk-lib $cdk and $(node -p "require('aws-cdk-lib/package.json').version") give the same templates"
