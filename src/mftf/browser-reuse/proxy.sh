#!/bin/sh
# Runs proxy.php so that it ends the sessions of Selenium on SIGTERM: PHP notices a signal only with an extension, but
# every PHP notices the end of its standard input.
#
#   proxy.sh ARGV...      ARGV is PHP with proxy.php and its arguments

# For PHP alone: some shells report each process that was ended.
exec 3>&2 2>/dev/null
# TERM goes to all processes. `tail` ends by it, and with it the input of PHP, which ignores it; this shell waits for both.
trap : TERM
tail -f /dev/null | (
  trap '' TERM
  "$@" 2>&3
  code=$?
  # If PHP ended for another reason: only `tail` is left.
  kill -s TERM 0
  exit "$code"
)
