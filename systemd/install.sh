#!/bin/sh
# Installs the executable, the systemd units and a first configuration. Can be run again: for an upgrade, or to no effect.
set -eu

usage() {
  cat <<'USAGE'
Usage: systemd/install.sh [EXECUTABLE]

Installs
  EXECUTABLE (default: dist/funnels)  as /usr/local/bin/funnels
  the funnels-*.service and .timer    in /etc/systemd/system
  config.example.yaml                 as /etc/funnels/config.yaml, mode 0600, only if there is none

No timer is enabled or started. Run it as root, or set DESTDIR to install below another folder:
  DESTDIR=/tmp/image systemd/install.sh dist/funnels
USAGE
}

fail() {
  printf 'install.sh: %s\n' "$2" >&2
  exit "$1"
}

# Into place in one step, so that neither a running program nor systemd ever sees half a file.
put() { # MODE SOURCE TARGET
  if cmp -s "$2" "$3"; then
    chmod "$1" "$3"
    [ "$1" != 0755 ] || try "$3"
    printf 'unchanged  %s\n' "$3"
    return
  fi
  cp "$2" "$3.new.$$"
  chmod "$1" "$3.new.$$"
  [ "$1" != 0755 ] || try "$3.new.$$"
  mv -f "$3.new.$$" "$3"
  printf 'installed  %s\n' "$3"
}

# The program has to run here, with nothing but itself, before it takes the place of the one that does.
try() { # PROGRAM
  code=0
  # Without zero bytes, which a shell complains of: a damaged file may be run as a script and print itself.
  said=$(cd / && { env -i "$1" --version 2>&1 || printf '\nexit %s' "$?"; } | LC_ALL=C tr -cd '\11\12\40-\176')
  case $said in
    *"
exit "*)
      code=${said##*exit }
      said=${said%?exit *}
      ;;
    funnels/*) return ;;
  esac
  case $1 in *.new.*) rm -f "$1" ;; esac
  size=$(wc -c <"$executable" | tr -d ' ')
  copy="Copy it again, and compare its size, $size bytes, with the one it was built with; or it is for another kind of machine."
  case $code,$said in
    127,*'shared librar'* | 127,*'shared object'* | 1,*GLIBC* | 127,*GLIBC*)
      reason='It needs a library that is not here: the line above names it.'
      ;;
    126,*) reason='It is built for another kind of machine, or the file system does not let programs run.' ;;
    132,*) reason='The processor lacks instructions that it needs (x86-64-v2). On a virtual machine, give it the CPU of its host.' ;;
    0,*) reason="It does not answer as funnels does: the file is damaged, cut short or another program. $copy" ;;
    *) reason="It ended with exit code $code: the file may be damaged or cut short. $copy" ;;
  esac
  [ -z "$said" ] || printf '%s\n' "$said" | sed "/^\$/d; s|$1|$executable|g" | tail -n 5 | cut -c 1-300 >&2
  fail 69 "$executable does not run on this machine, so nothing was installed. $reason"
}

case "${1:-}" in
  -h | --help)
    usage
    exit 0
    ;;
  -*)
    usage >&2
    fail 64 "There is no option $1."
    ;;
esac
if [ "$#" -gt 1 ]; then
  usage >&2
  fail 64 "One executable at most can be given, not $#."
fi

units=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
project=$(dirname -- "$units")
executable=${1:-$project/dist/funnels}
destination=${DESTDIR:-}
destination=${destination%/}

[ -f "$executable" ] || fail 66 "There is no executable $executable. Build it with: npm run build, or name it as the argument."
[ -x "$executable" ] || fail 66 "$executable is not executable. Make it so with: chmod +x $executable"
[ -n "$destination" ] || [ "$(id -u)" -eq 0 ] || fail 77 "Only root can install into /usr/local and /etc. Run it with sudo, or set DESTDIR."

umask 022
mkdir -p "$destination/usr/local/bin" "$destination/etc/systemd/system" "$destination/etc/funnels"

put 0755 "$executable" "$destination/usr/local/bin/funnels"
for unit in "$units"/funnels-*.service "$units"/funnels-*.timer; do
  put 0644 "$unit" "$destination/etc/systemd/system/$(basename "$unit")"
done

config=$destination/etc/funnels/config.yaml
if [ -e "$config" ]; then
  printf 'kept       %s\n' "$config"
else
  [ -f "$project/config.example.yaml" ] || fail 66 "There is no $project/config.example.yaml to make $config from."
  # Secrets will be written into it: nobody else may read it, not even for a moment.
  (umask 077 && cp "$project/config.example.yaml" "$config.new.$$")
  chmod 0600 "$config.new.$$"
  mv "$config.new.$$" "$config"
  printf 'installed  %s\n' "$config"
fi

if [ -z "$destination" ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi

cat <<'NEXT'

Next:
  1. Put the database and the Brevo key into /etc/funnels/config.yaml (sudoedit), then: sudo funnels config check
  2. sudo funnels migrate --dry-run, then: sudo funnels migrate
  3. sudo funnels sync --dry-run, and: sudo funnels drain-outbox --dry-run
  4. sudo systemctl enable --now funnels-sync.timer funnels-drain-outbox.timer
docs/operations.md explains each step.
NEXT
