#!/bin/sh
# Builds a tree with only the files that MFTF has to read, as copies: MFTF resolves links. Its settings, and the places that
# it writes to, are links to the real ones. Runs inside the container, under dash, bash or busybox.
#
# usage: prune.sh ROOT TREE    with the paths, relative to ROOT, in TREE.files
set -eu

root=$1 tree=$2
acceptance=dev/tests/acceptance

rm -rf "$tree"
mkdir -p "$tree/$acceptance/tests/functional/Magento"
# In batches, because the tar of busybox may lack -T; in two steps, so that a missing file ends the script.
tr '\n' '\000' <"$tree.files" | xargs -0 -n 1000 sh -c '
  root=$0 tree=$1
  shift
  set -e
  tar -c -f "$tree.tar" -C "$root" -- "$@"
  tar -x -f "$tree.tar" -C "$tree"
' "$root" "$tree"
rm "$tree.tar"
for file in .env .credentials .credentials.example codeception.yml mftf.log tests/functional/Magento/_generated; do
  ln -s "$root/$acceptance/$file" "$tree/$acceptance/$file"
done
