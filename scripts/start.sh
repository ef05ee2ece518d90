#!/bin/sh
# Starts a program on a runtime that `npm ci` has brought, whatever Node the machine has of its own:
#   start.sh bun FILE …    the program itself; Bun needs nothing that a minimal Debian lacks
#   start.sh node FILE …   tests and checks; this Node needs libatomic, which is installed where that can be done
set -eu
cd "$(dirname "$0")/.."

stop() {
  printf '%s\n' "$1" >&2
  exit 69
}

# Tools colour what they print in CI even when it goes to a file.
[ -t 1 ] || export NO_COLOR=1

runtime=$1
shift
if [ "$runtime" = bun ]; then
  for bun in node_modules/@oven/bun-*/bin/bun; do
    # Not the settings in a .env that lies here: the executable reads none either.
    [ -x "$bun" ] && exec "$bun" --no-env-file "$@"
  done
  stop "Bun is not there: run npm ci. It has one for Linux with glibc (x64, arm64) and for macOS (arm64)."
fi

node=node_modules/.bin/node
[ -x "$node" ] || stop "Node is not there: run npm ci. It has one for Linux (x64, arm64) and for macOS (arm64)."
fault() { "$node" --version 2>&1 >/dev/null || true; }
case $(fault) in
  *libatomic*)
    if [ -f /etc/debian_version ] && [ "$(id -u)" -eq 0 ]; then
      log=$(mktemp)
      printf 'Installing the package libatomic1, which Node needs; log in %s\n' "$log" >&2
      { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libatomic1; } \
        >"$log" 2>&1 || stop "$(tail -n 5 "$log")"
    else
      stop "Tests and checks run on a Node that needs libatomic: install it (Debian, Ubuntu: sudo apt-get install libatomic1; Fedora: sudo dnf install libatomic), then run this again."
    fi
    ;;
esac
problem=$(fault)
[ -z "$problem" ] || stop "The Node that npm ci brought does not run here: $problem"
exec "$node" "$@"
