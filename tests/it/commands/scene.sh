#!/bin/bash
# Types commands one after the other, as a reader does in several terminals,
# in a network that nobody else is in.
# Two words for each: the command, and a test of whether it is up if it goes
# on until it is stopped. Tells the exit status of each, and what it said.
set -m
ip link set lo up
# An address as a reader's network might have it.
ip address add 192.168.1.20/32 dev lo
trap 'for job in $(jobs -p); do kill -KILL -- "-$job"; done 2>/dev/null' EXIT
listens() { [ -n "$(ss -Hlntu "sport = :$1")" ]; }
says() { grep -q "$1" "$out"; }
while [ $# -gt 0 ]; do
  command=$1 up=$2
  shift 2
  out=$PWD/said.$#
  if [ -z "$up" ]; then
    timeout --kill-after 1 20 bash -c "$command" </dev/null >"$out" 2>&1
    code=$?
  else
    bash -c "$command" </dev/null >"$out" 2>&1 &
    job=$!
    code=124
    deadline=$((SECONDS + 20))
    while [ $SECONDS -lt $deadline ]; do
      if eval "$up"; then code=0; break; fi
      kill -0 $job 2>/dev/null || { wait $job; code=$?; break; }
      sleep 0.02
    done
  fi
  printf '\n== %s %s\n' "$code" "$command"
  cat "$out"
done
