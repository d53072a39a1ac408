#!/bin/sh
# Runs a test if its files exist and are not empty, after removing the output and the downloads of earlier ones.
#
#   start.sh OUTPUT LINK DOWNLOADS FOLDER COUNT FILE... ARGV...
#
# OUTPUT is removed. LINK becomes a link to the new folder DOWNLOADS, or an empty folder when that is empty; everything beside
# DOWNLOADS is of earlier tests, and removed. COUNT files are below FOLDER. ARGV is the command.
#
# If one of the files is missing, nothing runs and the exit code is 66. The check is part of the start of a test: a file could
# vanish between a separate check and the start, and each exec in a container costs 70 ms (measured, Docker 20.10).

output=$1 link=$2 downloads=$3 folder=$4 left=$5
shift 5
while [ "$left" -gt 0 ]; do
  [ -s "$folder/$1" ] || exit 66
  shift
  left=$((left - 1))
done
rm -rf "$output"
# A folder that a setting mounts there is not ours.
if ! grep -q " $link " /proc/self/mountinfo; then
  rm -rf "$link"
  if [ -n "$downloads" ]; then
    rm -rf "${downloads%/*}"/*
    mkdir -p "$downloads"
    # The browser may be another user.
    chmod 0777 "$downloads"
    ln -s "$downloads" "$link"
  else
    mkdir -p "$link"
  fi
fi
exec "$@"
