#!/bin/sh
# Copies the fixture files of modules to the folder where tests look for them. Copies, because tests may change them. Runs inside
# the container, under dash, bash or busybox, after prepare.sh.
#
# usage: fixtures.sh ROOT ACCEPTANCE FOLDER...    with the folders, relative to ROOT, in their order: a later file replaces an
#                                                 earlier one, and those of the image replace all
set -eu

root=$1 acceptance=$2
shift 2
data=$acceptance/tests/_data
# A folder that is mounted there is not ours to change; prepare.sh leaves it alone, too.
if grep -q " $data[/ ]" /proc/self/mountinfo; then exit 0; fi
for folder; do
  cp -R "$root/$folder/." "$data/"
done
# The folders of a checkout are read-only.
chmod -R u+w "$data"
if [ -d "$acceptance/_data.image" ]; then cp -R "$acceptance/_data.image/." "$data/"; fi
