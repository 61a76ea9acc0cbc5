#!/bin/sh
# Prints the section of CHANGELOG.md for a version; fails where there is none.
#
#   packaging/release-notes.sh 0.1.0
set -eu

changelog=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/CHANGELOG.md
notes=$(awk -v heading="## $1" '/^## / { printing = ($0 == heading); next } printing' "$changelog")
if [ -z "$notes" ]; then
  echo "release-notes.sh: CHANGELOG.md has no section '## $1'" >&2
  exit 1
fi
printf '%s\n' "$notes"
