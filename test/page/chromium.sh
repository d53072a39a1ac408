#!/bin/sh
# Chromium that cannot raise its priority: started as root it gives itself nice -8, and on a busy machine it then starves the server
# that its pages wait for.
exec setpriv --inh-caps=-sys_nice --bounding-set=-sys_nice "$CHROMIUM" "$@"
