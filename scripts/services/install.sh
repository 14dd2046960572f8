#!/bin/sh
# install.sh - what the test suite needs from a Debian machine, as root.
#
# usage: scripts/services/install.sh [--bench] [PREFIX]
#
#   --bench  also what only the measurements need
#   PREFIX   where PostgreSQL + TimescaleDB are unpacked; without it .runtime/timescale in this
#            repository, or /var/cache/antbox-flow/timescale where the server's unprivileged user
#            cannot reach the repository (a clone in a private home folder)
#
# Does nothing, in a fraction of a second, when all of it is there. The last line is the PREFIX.
set -eu
umask 022

fail() { echo "install: $*" >&2; exit 1; }

TEST_PACKAGES="redis-server chromium-headless-shell fonts-wqy-microhei patchelf tzdata ffmpeg
  swift-proxy swift-account swift-container swift-object"
BENCH_PACKAGES="chromium python3-aiohttp libfaketime prometheus prometheus-alertmanager nginx wrk nghttp2-client"
SHARED_PREFIX=/var/cache/antbox-flow/timescale

HERE=$(cd "$(dirname "$0")" && pwd -P)
REPOSITORY=$(cd "$HERE/../.." && pwd -P)

PACKAGES=$TEST_PACKAGES
PREFIX=
for argument in "$@"; do
  case $argument in
    -h | --help) sed -n '2,/^set -eu/ { /^#/ s/^# \{0,1\}//p; }' "$0"; exit 0 ;;
    --bench) PACKAGES="$PACKAGES $BENCH_PACKAGES" ;;
    -*) fail "unknown option $argument; --bench and --help are allowed" ;;
    *) PREFIX=$argument ;;
  esac
done

[ "$(id -u)" = 0 ] || fail "needs root; without it set TEST_DATABASE_URL and TEST_REDIS_URL to servers of your own"
command -v apt-get >/dev/null || fail "needs Debian; elsewhere set TEST_DATABASE_URL and TEST_REDIS_URL to servers of your own"

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

MISSING=
for package in $PACKAGES; do
  is_installed "$package" || MISSING="$MISSING $package"
done
if [ -n "$MISSING" ]; then
  echo "installing$MISSING"
  export DEBIAN_FRONTEND=noninteractive
  # Services must not start by themselves on a test machine: the suite starts its own on free ports.
  POLICY=/usr/sbin/policy-rc.d
  if [ ! -e "$POLICY" ]; then
    trap 'rm -f "$POLICY"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$POLICY"
    chmod 755 "$POLICY"
  fi
  apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 update >/dev/null
  # shellcheck disable=SC2086
  apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 install --no-install-recommends $MISSING >/dev/null
fi

if [ -z "$PREFIX" ]; then
  PREFIX=$REPOSITORY/.runtime/timescale
  setpriv --reuid nobody --regid nogroup --clear-groups test -x "$REPOSITORY" || PREFIX=$SHARED_PREFIX
fi
PREFIX=$("$HERE/unpack-timescale.sh" "$PREFIX")
setpriv --reuid nobody --regid nogroup --clear-groups "$PREFIX"/usr/lib/postgresql/*/bin/postgres --version >/dev/null ||
  fail "user nobody cannot run what is in $PREFIX; give a folder outside private ones"
echo "$PREFIX"
