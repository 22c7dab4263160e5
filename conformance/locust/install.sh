#!/usr/bin/env bash
# Installs the real Locust that the tests run, as requirements.txt pins it, into a virtual environment.
#
#   conformance/locust/install.sh
#
# The last line of standard output is the environment's folder; progress goes to standard error. What is
# there already is not installed again. The cache is $PODGRAFT_CACHE, else $XDG_CACHE_HOME/podgraft, else
# ~/.cache/podgraft. $PYTHON names another Python than python3.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}
oldest=3.11 # what Locust 2.47 asks for
started=$SECONDS
lock=
ticker=

say() { echo "conformance: $*" >&2; }
die() { say "$*"; exit 1; }

finish() {
  [ -z "$ticker" ] || kill "$ticker" 2>/dev/null || true
  [ -z "$lock" ] || rm -f "$lock"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

command -v "$python" >/dev/null 2>&1 || die "install Python $oldest or newer to run the real Locust (https://www.python.org)"
have=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$(printf '%s\n%s\n' "$oldest" "$have" | sort -V | head -n 1)" != "$oldest" ]; then
  die "$python is Python $have: install $oldest or newer, or name it in PYTHON, to run the real Locust"
fi

cache=${PODGRAFT_CACHE:-${XDG_CACHE_HOME:-${HOME:?set HOME or PODGRAFT_CACHE}/.cache}/podgraft}
# Another pin or another Python is another environment.
stamp=$( (cat "$here/requirements.txt"; "$python" -VV; command -v "$python") | cksum | tr ' ' -)
folder=$cache/locust-$stamp
# Written last, so that an installation that was broken off is begun anew.
complete=$folder/.complete

# One installation at a time; the lock of a process that is gone counts for nothing.
take_lock() {
  local file=$folder.lock waiting= holder
  until (set -o noclobber; echo $$ >"$file") 2>/dev/null; do
    holder=$(cat "$file" 2>/dev/null || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -f "$file"
      continue
    fi
    [ -n "$waiting" ] || say "waiting for another installation of Locust"
    waiting=yes
    sleep 1
  done
  lock=$file
}

install() {
  local begin=$SECONDS
  say "installing $(grep -i '^locust==' "$here/requirements.txt") from PyPI (some ten seconds, the first time)"
  (while sleep 5; do say "still installing Locust: $((SECONDS - begin)) s"; done) >&2 &
  ticker=$!
  rm -rf "$folder"
  "$python" -m venv "$folder" >&2 ||
    die "$python cannot make virtual environments: install its venv module (python3-venv on Debian and Ubuntu)"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2 ||
    die "Locust could not be installed: is PyPI reachable?"
  touch "$complete"
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  ticker=
}

how=warm
if [ ! -e "$complete" ]; then
  mkdir -p "$cache"
  take_lock
  if [ ! -e "$complete" ]; then
    install
    how=cold
  fi
fi
say "Locust: $((SECONDS - started)) s ($how)"
echo "$folder"
