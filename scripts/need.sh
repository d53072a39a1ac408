#!/bin/sh
# Installs the missing Debian packages of a make target: `need.sh demo`, `need.sh test`, `need.sh hosts` or `need.sh
# faults`. Without root, or on another system than Debian, it only reports what is missing.
set -eu

missing=
# need COMMAND PACKAGE: adds the package when the command is missing.
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"; }

case "${1:-}" in
  demo)
    # Containers when Docker answers; otherwise the demo needs only bubblewrap.
    docker info >/dev/null 2>&1 || need bwrap bubblewrap
    ;;
  test | faults | hosts)
    need bwrap bubblewrap
    need redis-server redis-server
    need git git
    need busybox busybox-static
    need dockerd docker.io
    need ip iproute2
    need sshd openssh-server
    need openssl openssl
    need faketime faketime
    need docker-compose docker-compose
    # Selenium Grid (its jar is an npm package), and the browsers that it opens.
    need java default-jre-headless
    need chromium chromium
    need chromedriver chromium-driver
    # For a script that containers execute; its tests are skipped without it.
    need php php-cli
    # A source of `matre import`, and its dumps; its tests are skipped without them.
    need mariadbd mariadb-server-core
    need mariadb-dump mariadb-client
    # Shells that complete commands; bash is always there.
    need zsh zsh
    need fish fish
    [ -d /usr/lib/postgresql ] || missing="$missing postgresql"
    ;;
  *) echo "usage: need.sh demo|test|faults|hosts" >&2; exit 3 ;;
esac

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "Missing:$missing. Install them (Debian names), or continue without the features that need them." >&2
  exit 0
fi
echo "Installing$missing ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
