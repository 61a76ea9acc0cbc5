#!/bin/sh
# Makes the files of a release from what `./mvnw package` built: the function's package for each architecture, the layer
# with the default model, the SBOM, and the checksums of all of them. The same sources give the same bytes.
#
#   packaging/release.sh DIRECTORY
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
mkdir -p "$1"
release=$(CDPATH='' cd -- "$1" && pwd)
. "$home/.mvn/jdk.sh"

if [ ! -f "$home/target/snapranker-sbom.json" ]; then
  echo "release.sh: nothing is built; run ./mvnw -DskipTests package first" >&2
  exit 1
fi
if [ -n "$(ls -A "$release")" ]; then
  echo "release.sh: $release has files already; name a new folder" >&2
  exit 2
fi
version=$(sed -n 's/^version=//p' "$home/target/classes/snapranker.properties")
date=$(sed -n 's:.*<project.build.outputTimestamp>\(.*\)</.*:\1:p' "$home/pom.xml")
model=$(cat "$home/model-layer/default-model")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A zip whose entries have the build's time.
archive() {
  "$JAVA_HOME/bin/jar" --create --no-manifest --date="$date" --file="$release/snapranker-$version-$1.zip" -C "$2" .
}

for architecture in x86_64 arm64; do
  "$home/packaging/lay-out.sh" "$architecture" "$work/$architecture"
  archive "function-$architecture" "$work/$architecture"
done
mkdir -p "$work/layer"
cp -RL "$home/model-layer/models/$model" "$work/layer/model"
archive "layer-$model" "$work/layer"
cp "$home/target/snapranker-sbom.json" "$release/snapranker-$version-sbom.json"

cd "$release"
sha256sum snapranker-* >SHA256SUMS
