#!/bin/sh
# Runs a test when its files are there and not empty, in place of what an earlier one left.
#
#   start.sh OUTPUT FOLDER COUNT FILE... ARGV...     OUTPUT is removed; COUNT files below FOLDER; the command
#
# Without one of the files nothing is run, and the exit code is 66. All this is a part of the start of a test rather than
# something before it: a file could go between the two, and each exec in a container costs 70 ms (measured, Docker 20.10).

output=$1 folder=$2 left=$3
shift 3
while [ "$left" -gt 0 ]; do
  [ -s "$folder/$1" ] || exit 66
  shift
  left=$((left - 1))
done
rm -rf "$output"
exec "$@"
