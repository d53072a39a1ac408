#!/bin/sh
# Keeps a copy of what was generated, and brings back what is gone. Runs inside the container.
#
# usage: restore.sh keep GENERATED COPY           after generation
#        restore.sh check GENERATED COPY FILE...   before a process that needs these files (paths below GENERATED)
# `check` prints each file that was gone and came back.
# exit codes: 0 all there; 4 a file is missing in the copy as well (named on standard error)
set -eu

mode=$1 generated=$2 copy=$3
shift 3

case $mode in
  keep)
    rm -rf "$copy"
    cp -R "$generated" "$copy"
    ;;
  check)
    for file in "$@"; do
      [ ! -s "$generated/$file" ] || continue
      if [ ! -s "$copy/$file" ]; then
        echo "$generated/$file" >&2
        exit 4
      fi
      mkdir -p "$generated/${file%/*}"
      cp "$copy/$file" "$generated/$file.new"
      mv "$generated/$file.new" "$generated/$file"
      echo "$file"
    done
    ;;
  *) exit 2 ;;
esac
