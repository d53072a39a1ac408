#!/bin/sh
# Runs one command inside a container so that it cannot outlive the process outside that started it.
#
#   supervisor.sh run [-t TIME] TOKEN LIMIT GRACE [FENCE [UNTIL]] -- ARGV...
#                                                    runs a command and exits with its exit code
#   supervisor.sh admit FENCE                        from now on no command of an older fence starts here
#   supervisor.sh list                               prints "PID TOKEN" of every supervised process, of any run
#   supervisor.sh clear [TOKEN]                      kills those (of one run, or all); 1 when some survive
#
# Standard input of `run` receives a line for each heartbeat, and `stop`. The tree is ended (TERM, GRACE seconds, KILL) on
# `stop`, at the end of input, and when no heartbeat arrived for LIMIT seconds. A tree is the process group of the command,
# and every process that left the group and still has MATRE_EXEC=:TOKEN: in its environment. When the command exits, the
# processes that it left behind are killed at once.
#
# TIME is how long the command may take, in hundredths of a second. It is measured here, so that a caller which is busy does not
# take a command for slow that has ended long ago. After it the tree is ended like on `stop`, and the exit code is 124.
#
# UNTIL is the deadline of the tree, in hundredths of a second since boot as in /proc/uptime. A heartbeat `until MOMENT` moves
# it. At the deadline the tree is killed at once, whatever else happens, and a command whose deadline has passed before it
# starts is refused (75): from then on another host may take over from the caller, and it cannot inspect this container.
#
# `admit` and `run` exit with 75 when a newer fence was admitted: a caller that was suspended, and continues without knowing
# that another has taken over, starts nothing here.
#
# It runs under dash, bash and busybox ash, and needs only setsid, sleep, cat and /proc. Docker has no call that ends an exec,
# and an exec continues when its client dies; but its standard input is closed then.

journal=${MATRE_JOURNAL:-/opt/matre/journal}
fence_file=${MATRE_FENCE:-/opt/matre/fence}
until_file=${MATRE_UNTIL:-/opt/matre/until}.$$

# Writes a line to the journal: WORD TOKEN SECONDS-SINCE-BOOT [DETAIL]. A full disk must not end a run.
record() {
  read -r now _ </proc/uptime
  { echo "$1 $token $now $2" >>"$journal"; } 2>/dev/null
}

# Sets `moment`: hundredths of a second since boot.
look_at_clock() {
  read -r moment _ </proc/uptime
  moment=${moment%.*}${moment#*.}
}

# Whether the deadline $1 has passed. Without one it never passes.
has_come() {
  [ -n "$1" ] || return 1
  look_at_clock
  [ "$moment" -ge "$1" ]
}

# Whether a newer fence than $1 was admitted. A command without a fence is never refused.
overtaken() {
  [ -n "$1" ] || return 1
  admitted=0
  { read -r admitted <"$fence_file"; } 2>/dev/null
  [ "$admitted" -gt "$1" ]
}

admit() {
  if overtaken "$1"; then
    echo "fence $admitted was admitted before" >&2
    exit 75
  fi
  echo "$1" >"$fence_file.$$" && mv "$fence_file.$$" "$fence_file"
}

# Whether the environment of any process has the text: reading all at once is much cheaper than reading each.
anybody() {
  { environments=$(cat /proc/[0-9]*/environ); } 2>/dev/null
  case $environments in *"$1"*) ;; *) return 1 ;; esac
}

# Prints "PID TOKEN" of every process that has a token, of one run ($1) or of all.
# The shell drops the NULs between the variables, hence the colons around the token.
list() {
  anybody "MATRE_EXEC=:$1" || return 0
  for folder in /proc/[0-9]*; do
    { environment=$(cat "$folder/environ"); } 2>/dev/null
    case $environment in *MATRE_EXEC=:*:*) ;; *) continue ;; esac
    holder=${environment##*MATRE_EXEC=:}
    holder=${holder%%:*}
    [ -z "$1" ] || [ "$holder" = "$1" ] || continue
    echo "${folder#/proc/} $holder"
  done
}

# Sends signal $1 to the whole tree; false when no process is left.
signal_tree() {
  kill -s "$1" -- "-$leader" 2>/dev/null
  found=$?
  for word in $(list "$token"); do
    [ "$word" != "$token" ] || continue
    kill -s "$1" "$word" 2>/dev/null
    found=0
  done
  return $found
}

# Whether process $1 runs. One that has ended, and waits for its parent to notice, does not.
runs() {
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  case ${stat##*) } in Z*) return 1 ;; esac
}

# Kills until two checks in a row find no process: one that starts during a check is found by the next.
kill_tree() {
  empty=0
  rounds=0
  while [ $empty -lt 2 ] && [ $rounds -lt 100 ]; do
    rounds=$((rounds + 1))
    if signal_tree KILL; then
      empty=0
      nap
    else
      empty=$((empty + 1))
    fi
  done
  [ $empty -eq 2 ]
}

# Fractions are not in POSIX, but all common shells have them.
nap() {
  sleep 0.05 2>/dev/null || sleep 1
}

# Waits for a second; less when the deadline or the end of the time is near.
breathe() {
  if has_come "${end_by:+$((end_by - 100))}" || has_come "${time_up:+$((time_up - 100))}"; then nap; else sleep 1; fi
}

# The grace ends at the deadline, however long it is.
end_tree() {
  record stop "$1"
  signal_tree TERM
  look_at_clock
  patience=$((moment + grace * 100))
  while [ "$moment" -lt "$patience" ] && ! has_come "$end_by"; do
    breathe
    look_at_clock
  done
  kill_tree
}

# Reads the heartbeats. $1: the process that watches them.
listen() {
  while read -r line; do
    case $line in
      stop) break ;;
      until\ *)
        end_by=${line#until }
        { echo "$end_by" >"$until_file"; } 2>/dev/null
        ;;
    esac
    kill -s USR1 "$1" 2>/dev/null
  done
  if [ "$line" = stop ]; then end_tree asked; else end_tree input-closed; fi
}

# Ends the tree when the heartbeat stops, at the deadline, or when the process that waits for the command is gone.
watch() {
  beaten=
  trap 'beaten=1' USR1
  look_at_clock
  last=$moment
  while :; do
    breathe
    look_at_clock
    if [ -n "$beaten" ]; then
      beaten=
      last=$moment
      later=
      { read -r later <"$until_file"; } 2>/dev/null
      end_by=${later:-$end_by}
    fi
    if has_come "$end_by"; then
      record stop time-over
      kill_tree
      return
    elif has_come "$time_up"; then
      # Before the end of the tree, which ends the waiting for it.
      kill -s USR2 "$$" 2>/dev/null
      end_tree time-limit
      return
    elif ! kill -0 "$$" 2>/dev/null; then
      end_tree supervisor-gone
      return
    elif [ $((moment - last)) -ge "${limit}00" ]; then
      end_tree beats-stopped
      return
    fi
  done
}

run() {
  time= time_up=
  if [ "$1" = -t ]; then
    time=$2
    shift 2
  fi
  token=$1 limit=$2 grace=$3 fence= end_by=
  shift 3
  if [ "$1" != -- ]; then
    fence=$1
    shift
  fi
  if [ "$1" != -- ]; then
    end_by=$1
    shift
  fi
  shift
  if overtaken "$fence"; then
    record refused "$admitted"
    exit 75
  fi
  if has_come "$end_by"; then
    record refused time-over
    # Its caller knows by this line alone that nothing was started: the command may end with 75, too.
    echo 'matre: not started, because its deadline had passed' >&2
    exit 75
  fi
  exec 3<&0 </dev/null
  record start
  MATRE_EXEC=":$token:" setsid "$@" 3<&- &
  leader=$!
  # A newer fence that was admitted in between is noticed here, unless its admission noticed this tree and ended it. And this
  # shell may have been suspended between reading the clock and now.
  if overtaken "$fence" || has_come "$end_by"; then
    kill_tree
    record end 75
    exit 75
  fi
  timed_out=
  if [ -n "$time" ]; then
    look_at_clock
    time_up=$((moment + time))
    trap 'timed_out=1' USR2
  fi
  # Ignored until the watcher has its trap: an earlier heartbeat must not kill it.
  trap '' USR1
  watch 3<&- >/dev/null 2>&1 &
  watcher=$!
  listen "$watcher" <&3 3<&- >/dev/null 2>&1 &
  listener=$!
  # bash would report every process that was killed; from here on the output belongs to the command alone.
  exec 3<&- 2>/dev/null
  wait "$leader"
  code=$?
  # The signal of the watcher interrupts the waiting. A second `wait` hangs in bash 5.2 when the leader ended meanwhile.
  if [ -n "$timed_out" ]; then
    while runs "$leader"; do nap; done
    code=124
  fi
  kill -s KILL "$listener" "$watcher" 2>/dev/null
  [ -z "$end_by" ] || rm -f "$until_file"
  kill_tree || record left
  record end "$code"
  exit "$code"
}

clear_leftovers() {
  rounds=0
  while [ $rounds -lt 100 ]; do
    rounds=$((rounds + 1))
    left=$(list "$1")
    [ -n "$left" ] || return 0
    echo "$left" | while read -r process _; do kill -s KILL "$process" 2>/dev/null; done
    nap
  done
  return 1
}

command=$1
[ $# -eq 0 ] || shift
case $command in
  run) run "$@" ;;
  admit) admit "$1" ;;
  list) list ;;
  clear) clear_leftovers "$1" ;;
  *)
    echo "usage: supervisor.sh run [-t TIME] TOKEN LIMIT GRACE [FENCE [UNTIL]] -- ARGV... | admit FENCE | list | clear [TOKEN]" >&2
    exit 64
    ;;
esac
