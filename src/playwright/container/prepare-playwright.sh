#!/bin/sh
# Installs the packages of a Playwright project by its lock file, or takes those of an earlier run with the same one. Runs inside the
# container, under dash, bash or busybox.
#
# usage: prepare-playwright.sh PROJECT CACHE
# PROJECT is the folder of the project; its node_modules becomes a link. CACHE has a folder for each content of the files that decide
# what is installed; the last one stays.
# standard output: what npm prints
# exit codes: 0 ready; 10 no package.json; 11 no lock file; 12 no Node or npm; 13 npm failed; 14 the project has no @playwright/test;
# 137 npm was killed
set -u

project=$1 cache=$2
[ -f "$project/package.json" ] || exit 10
lock=
for name in npm-shrinkwrap.json package-lock.json; do
  if [ -z "$lock" ] && [ -f "$project/$name" ]; then lock=$name; fi
done
[ -n "$lock" ] || exit 11
command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || exit 12

key=$(cat "$project/$lock" "$project/package.json" "$project/.npmrc" 2>/dev/null | sha256sum)
key=${key%% *}
mkdir -p "$cache"
if [ ! -d "$cache/$key" ]; then
  for folder in "$cache"/*; do rm -rf "$folder"; done
  # In the project, because its lock file may name files of it. Scripts of packages would be code of others that nothing here needs:
  # the browser is in the image.
  (cd "$project" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --cache "$cache/npm")
  # Other codes above 128 are no signals: npm exits with the negative number of an error of the system (145: the registry refuses
  # connections). A signal to the whole tree ends this script as well.
  case $? in 0) ;; 137) exit 137 ;; *) exit 13 ;; esac
  rm -rf "$cache/npm"
  # Packages find each other by the name of this folder.
  mkdir -p "$project/node_modules" "$cache/new" && mv "$project/node_modules" "$cache/new/" && mv "$cache/new" "$cache/$key" || exit 13
fi
rm -rf "$project/node_modules"
ln -s "$cache/$key/node_modules" "$project/node_modules" || exit 13
[ -f "$project/node_modules/@playwright/test/cli.js" ] || exit 14
