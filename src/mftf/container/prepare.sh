#!/bin/sh
# Prepares a container for one run: installs the test modules, removes the files of an earlier generation, and links `.env` and
# `.credentials` to the tmpfs that has them. Runs inside the container, under dash, bash or busybox.
#
# usage: prepare.sh ROOT ACCEPTANCE GENERATED SUITE_CLASSES RUN_FOLDER COUNT [MODULE CHECKOUT]... PATCHED...
# COUNT is the number of modules. PATCHED are the files that patches may change, relative to ROOT.
# standard output: "chrome" when the tests use it; "mftf VERSION" when MFTF says its version; "missing PATH" for a file to
# patch that the image lacks; "link PATH" for one that is a link or behind one
# exit codes: 0 ready; 3 the image lacks a file of MFTF (named on standard error); others: of the failed command
set -eu

root=$1 acceptance=$2 generated=$3 suite_classes=$4 run=$5 modules=$6
shift 6

for path in vendor/bin/mftf vendor/bin/codecept dev/tests/acceptance/codeception.yml \
  dev/tests/acceptance/tests/functional.suite.yml; do
  if [ ! -f "$root/$path" ]; then
    echo "$root/$path is not in the image" >&2
    exit 3
  fi
done

package=$root/vendor/magento/magento2-functional-testing-framework/composer.json
# MFTF 2 generates into another folder, and its files hold several tests (measured with 2.7 on Magento 2.3.7).
if grep -q '"version": *"[12]\.' "$package" 2>/dev/null; then
  echo "The image has MFTF 2, and matre needs 3.0 or newer (Magento 2.4)" >&2
  exit 3
fi
if [ -f "$package" ]; then
  sed -n 's/^ *"version": *"\([0-9][0-9]*\.[0-9][0-9.]*\)".*/mftf \1/p' "$package"
fi

# Real folders, not links: MFTF resolves links, so the commits would be part of the generated files.
while [ "$modules" -gt 0 ]; do
  module=$1 checkout=$2
  shift 2
  modules=$((modules - 1))
  folder=${module%/*}
  mkdir -p "$folder"
  rm -rf "$folder/.matre-new"
  cp -R "$checkout" "$folder/.matre-new"
  chmod -R u+w "$folder/.matre-new"
  rm -rf "$module"
  mv "$folder/.matre-new" "$module"
done

# The files that an earlier run patched become those of the image, whatever patches this run has.
patched=$root/vendor/magento/magento2-functional-testing-framework/.matre-patched
if [ -f "$patched" ]; then
  while read -r change path; do
    if [ "$change" = added ]; then
      rm -f "$root/$path"
    elif [ -f "$root/$path.image" ]; then
      mv -f "$root/$path.image" "$root/$path"
    fi
  done <"$patched"
  rm -f "$patched"
fi
for path; do
  # Of a path that does not exist, the part that does: a link in it could lead out of the framework.
  part=$path
  while [ ! -e "$root/$part" ] && [ ! -L "$root/$part" ] && [ "$part" != "${part%/*}" ]; do part=${part%/*}; done
  if [ "$(readlink -f "$root/$part")" != "$(readlink -f "$root")/$part" ]; then
    echo "link $path"
  elif [ ! -f "$root/$path" ]; then
    echo "missing $path"
  fi
done

# Generation writes `groups:` and `extensions:` into codeception.yml: each run starts from the file of the image.
if [ ! -f "$acceptance/codeception.yml.image" ]; then
  cp "$acceptance/codeception.yml" "$acceptance/codeception.yml.new"
  mv "$acceptance/codeception.yml.new" "$acceptance/codeception.yml.image"
fi
cp "$acceptance/codeception.yml.image" "$acceptance/codeception.yml"

# Without this folder every command of MFTF dies with a TypeError (measured with 3.8).
mkdir -p "$generated"
# Not -delete: the find of busybox need not have it.
find "$generated" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
# The class of a suite that is no longer generated would make `mftf reset` die; nothing of another run remains.
mkdir -p "$suite_classes"
rm -f "$suite_classes"/*.php
# Its errors are read after a generation.
: >"$acceptance/mftf.log"
rm -rf "$acceptance/tests/_output"
mkdir -p "$acceptance/tests/_output"

# Fixture files: each run starts from those of the image. A folder that is mounted there is not ours to empty.
data=$acceptance/tests/_data
if ! grep -q " $data[/ ]" /proc/self/mountinfo; then
  if [ ! -d "$acceptance/_data.image" ]; then
    mkdir -p "$data"
    rm -rf "$acceptance/_data.new"
    mkdir "$acceptance/_data.new"
    cp -R "$data/." "$acceptance/_data.new/"
    mv "$acceptance/_data.new" "$acceptance/_data.image"
  fi
  rm -rf "$data"
  cp -R "$acceptance/_data.image" "$data"
  chmod -R u+w "$data"
fi

rm -rf "$run/output" "$run/run-data"
mkdir -p "$run/output"
ln -sfn "$run/.env" "$acceptance/.env"
ln -sfn "$run/.credentials" "$acceptance/.credentials"

# The browser of the tests decides how their sessions can be labelled.
if grep -Eq "^ *browser: *['\"]?chrome" "$acceptance/tests/functional.suite.yml"; then echo chrome; fi
