#!/bin/sh
# A lesson for the tests of the page: its experiments behave as no lesson may.
for last in "$@"; do :; done
names='echo typed child hangs flood long nonsense endless dies signal silent quiet warns unsettled refuses'
case "$*" in *--list*)
  list=
  for name in $names; do list="$list,{\"name\":\"$name\",\"about\":\"\"}"; done
  echo "{\"v\":1,\"n\":0,\"t_us\":1,\"event\":\"lesson\",\"name\":\"udp\",\"title\":\"UDP\",\"page\":\"udp.html\",\"experiments\":[${list#,}]}"
  exit 0 ;;
esac
if [ "$last" = silent ]; then sleep 600; fi
echo '{"v":1,"n":0,"t_us":1,"event":"question","text":"?","options":[{"key":"yes","text":"Yes"},{"key":"no","text":"No"}]}'
if [ "$last" = quiet ]; then exit 0; fi
IFS= read -r answer || exit 3
echo "{\"event\":\"answered\",\"key\":\"$answer\",\"arguments\":\"$*\",\"pid\":$$}"
case "$last" in
echo) exit 0 ;;
typed)
  while IFS= read -r line; do
    echo "{\"event\":\"typed\",\"line\":\"$line\"}"
    if [ "$line" = over ]; then echo '{"event":"end"}'; exit 2; fi
  done ;;
child)
  sleep 600 &
  echo "{\"event\":\"started\",\"pid\":$!}"
  wait ;;
hangs) exec sleep 600 ;;
flood) while :; do echo '{"event":"said","text":"the same again and again, without an end"}'; done ;;
long) printf '{"event":"%s"}\n' "$(head -c 9000 /dev/zero | tr '\0' x)" ;;
nonsense) echo 'this is no event'; sleep 600 ;;
endless) head -c 9000 /dev/zero | tr '\0' x; sleep 600 ;;
warns) echo 'a remark' >&2; exit 0 ;;
unsettled) echo '{"event":"end","status":"inconclusive"}'; exit 2 ;;
refuses) echo 'what was that?' >&2; exit 2 ;;
dies) printf 'thread panicked \033[31m at a line\n' >&2; exit 101 ;;
signal) kill -9 $$ ;;
esac
