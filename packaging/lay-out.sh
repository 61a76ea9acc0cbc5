#!/bin/sh
# Lays out the function's package for one architecture, from the output of `./mvnw package`.
#
#   packaging/lay-out.sh arm64|x86_64 DIRECTORY
set -eu

architecture=$1
package=$2
target=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/target

case "$architecture" in
  arm64 | x86_64) ;;
  *)
    echo "lay-out.sh: architecture is '$architecture'; expected arm64 or x86_64" >&2
    exit 2
    ;;
esac
if [ ! -d "$target/function" ]; then
  echo "lay-out.sh: nothing is built; run ./mvnw -DskipTests package first" >&2
  exit 1
fi

mkdir -p "$package/natives"
cp -R "$target/classes/." "$package/"
rm -rf "$package/dev/snapranker/dev" # the command line is not deployed
cp -R "$target/function/." "$package/"
cp "$target/native/$architecture/"*.so "$package/natives/"
