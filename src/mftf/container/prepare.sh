#!/bin/sh
# Makes a container ready for one run: the module in its place, nothing left of an earlier generation, `.env` and
# `.credentials` as links to the tmpfs that holds them. Runs inside the container, under dash, bash or busybox.
#
# usage: prepare.sh ROOT ACCEPTANCE GENERATED SUITE_CLASSES MODULE CHECKOUT RUN_FOLDER
# standard output: "chrome" when that is the browser of the tests
# exit codes: 0 ready; 3 the image lacks what MFTF needs (named on standard error); others: the system's own
set -eu

root=$1 acceptance=$2 generated=$3 suite_classes=$4 module=$5 checkout=$6 run=$7

for path in vendor/bin/mftf vendor/bin/codecept dev/tests/acceptance/codeception.yml \
  dev/tests/acceptance/tests/functional.suite.yml; do
  if [ ! -f "$root/$path" ]; then
    echo "$root/$path is not in the image" >&2
    exit 3
  fi
done

# MFTF 2 generates into another folder, and its files hold several tests (measured with 2.7 on Magento 2.3.7).
if grep -q '"version": *"[12]\.' "$root/vendor/magento/magento2-functional-testing-framework/composer.json" 2>/dev/null; then
  echo "The image has MFTF 2, and matre needs 3.0 or newer (Magento 2.4)" >&2
  exit 3
fi

# Generation writes `groups:` and `extensions:` into codeception.yml: each run begins with the file of the image.
if [ ! -f "$acceptance/codeception.yml.image" ]; then
  cp "$acceptance/codeception.yml" "$acceptance/codeception.yml.new"
  mv "$acceptance/codeception.yml.new" "$acceptance/codeception.yml.image"
fi
cp "$acceptance/codeception.yml.image" "$acceptance/codeception.yml"

# Without this folder every command of MFTF dies with a TypeError (measured with 3.8).
mkdir -p "$generated"
# Not -delete: the find of busybox need not have it.
find "$generated" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
# A class of a suite that is not generated any more would make `mftf reset` die; nothing of another run stays.
mkdir -p "$suite_classes"
rm -f "$suite_classes"/*.php
# Its errors are read after a generation.
: >"$acceptance/mftf.log"
rm -rf "$acceptance/tests/_output"
mkdir -p "$acceptance/tests/_output"

# A real folder, not a link: MFTF resolves links, so the commit would stand in what it generates.
folder=${module%/*}
mkdir -p "$folder"
rm -rf "$folder/.matre-new"
cp -R "$checkout" "$folder/.matre-new"
chmod -R u+w "$folder/.matre-new"
rm -rf "$module"
mv "$folder/.matre-new" "$module"

rm -rf "$run/output"
mkdir -p "$run/output"
ln -sfn "$run/.env" "$acceptance/.env"
ln -sfn "$run/.credentials" "$acceptance/.credentials"

# Which browser the tests use decides how their sessions can be named.
if grep -Eq "^ *browser: *['\"]?chrome" "$acceptance/tests/functional.suite.yml"; then echo chrome; fi
