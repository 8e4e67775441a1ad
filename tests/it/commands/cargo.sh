#!/bin/sh
# Stands for `cargo` where everything is built already, so that a command of a
# page starts at once: finds the program in target/, and becomes it.
[ "$1" = --version ] && exec "$REAL_CARGO" --version
verb=$1
shift
package=
program=
profile=debug
while [ $# -gt 0 ]; do
  case $1 in
    -p | --package) package=$2; shift ;;
    --release) profile=release ;;
    # Words that change nothing about what is built already.
    -q | --quiet | --offline | --locked | --workspace | --bins | --examples) ;;
    --example) program=examples/$2; shift ;;
    --example=*) program=examples/${1#--example=} ;;
    --color | --target-dir | --message-format) shift ;;
    --) shift; break ;;
    *) echo "this cargo does not know $1" >&2; exit 101 ;;
  esac
  shift
done
lesson=$PWD/lessons/${package#lesson-}
if [ -n "$package" ] && [ ! -f "$lesson/Cargo.toml" ]; then
  echo "there is no package $package" >&2
  exit 101
fi
case $verb in
  build | fetch) exit 0 ;;
  run) ;;
  *) echo "this cargo does not $verb" >&2; exit 101 ;;
esac
if [ -n "$package" ]; then
  exec "$PWD/target/$profile/${program:-$package}" "$@"
fi
# The folder of this test, never the learner's.
exec "$PWD/target/$profile/workbook" --root "$PWD" "$@"
