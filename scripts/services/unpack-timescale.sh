#!/bin/sh
# unpack-timescale.sh - a private PostgreSQL + TimescaleDB for tests and measurements.
#
# usage: scripts/services/unpack-timescale.sh PREFIX
#
# Downloads Debian's packages, unpacks them into PREFIX and points the programs at the C library
# that lies beside them: nothing on the host changes, and any user who can read PREFIX can run it.
# About 10 s and 105 MB; a second run finds it complete and does nothing. PREFIX cannot be moved
# afterwards, because its absolute path is written into the programs.
#
# It is the Apache edition: hypertables, time_bucket and drop_chunks; no columnstore, no continuous
# aggregates, no policies.
#
# environment
#   SUITE   Debian suite          (trixie)
#   PG      PostgreSQL in it      (17)
#   MIRROR  Debian archive        (the one in this machine's apt sources, else deb.debian.org)
#
# needs Debian with apt, patchelf and debian-archive-keyring
set -eu
umask 022

SUITE=${SUITE:-trixie}
PG=${PG:-17}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { echo "unpack-timescale: $*" >&2; exit 1; }

case ${1:-} in
  -h | --help) sed -n '2,/^set -eu/ { /^#/ s/^# \{0,1\}//p; }' "$0"; exit 0 ;;
  '') fail "give the folder to unpack into" ;;
esac

mkdir -p "$(dirname "$1")"
PREFIX=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
COMPLETE="$PREFIX $SUITE $PG"

is_complete() { [ -f "$PREFIX/.complete" ] && [ "$(cat "$PREFIX/.complete")" = "$COMPLETE" ]; }
if is_complete; then
  echo "$PREFIX"
  exit 0
fi

# One unpacks, the others wait and then find it complete.
exec 9> "$PREFIX.lock"
flock 9
if is_complete; then
  echo "$PREFIX"
  exit 0
fi
if [ -e "$PREFIX" ] && [ ! -f "$PREFIX/.complete" ]; then
  rmdir "$PREFIX" 2>/dev/null || fail "$PREFIX exists and is not ours; give another folder"
fi
command -v patchelf >/dev/null || fail "patchelf is missing: apt-get install patchelf"
[ -r "$KEYRING" ] || fail "no Debian keys at $KEYRING: apt-get install debian-archive-keyring"

# The address from which this machine takes its own packages, so that a local mirror is used where there is one.
machine_mirror() {
  apt-get --print-uris update 2>/dev/null | sed -n "s/^'\([^']*\)\/dists\/[a-z]*\/main\/binary-.*/\1/p" | head -n 1
}
MIRROR=${MIRROR:-$(machine_mirror)}
MIRROR=${MIRROR:-http://deb.debian.org/debian}

WORK=$(mktemp -d)
NEW=$(mktemp -d "$PREFIX.XXXXXX")
trap 'rm -rf "$WORK" "$NEW"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# apt with a state of its own believes that nothing is installed, and so fetches every library too.
mkdir -p "$WORK/lists/partial" "$WORK/cache/archives/partial"
: > "$WORK/status"
echo "deb [signed-by=$KEYRING] $MIRROR $SUITE main" > "$WORK/sources.list"
private_apt() {
  apt-get -q -o Dir::State="$WORK" -o Dir::State::lists="$WORK/lists" -o Dir::State::status="$WORK/status" \
    -o Dir::Cache="$WORK/cache" -o Dir::Etc::sourcelist="$WORK/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o Acquire::Languages=none \
    -o Acquire::Retries=3 -o APT::Update::Error-Mode=any -o APT::Install-Recommends=false -o APT::Sandbox::User=root \
    -o Debug::NoLocking=true "$@"
}
echo "unpacking PostgreSQL $PG with TimescaleDB ($SUITE) into $PREFIX" >&2
private_apt update > "$WORK/log" 2>&1 || { tail -n 5 "$WORK/log" >&2; fail "cannot read $MIRROR"; }
private_apt -y --download-only install "postgresql-$PG-timescaledb" "postgresql-client-$PG" > "$WORK/log" 2>&1 ||
  { tail -n 5 "$WORK/log" >&2; fail "cannot download the packages"; }

for package in "$WORK"/cache/archives/*.deb; do
  name=$(basename "$package")
  case ${name%%_*} in
    lib* | "postgresql-$PG" | "postgresql-client-$PG" | "postgresql-$PG-timescaledb") dpkg-deb -x "$package" "$NEW" ;;
  esac
done

LOADER=$(find "$NEW/usr/lib" -name 'ld-linux-*.so.*' | head -n 1)
[ -n "$LOADER" ] || fail "the C library's loader was not among the packages"
LIBRARIES=$(dirname "$LOADER")
SERVER=$NEW/usr/lib/postgresql/$PG

# What a test server never uses: documents, perl, the just-in-time compiler.
rm -rf "$NEW/etc" "$NEW/usr/sbin" "$NEW"/usr/share/doc "$NEW"/usr/share/man "$NEW"/usr/share/locale \
  "$NEW"/usr/share/lintian "$NEW"/usr/share/perl* "$NEW"/usr/lib/*/perl* "$NEW"/usr/lib/*/gconv "$NEW"/usr/lib/llvm* \
  "$SERVER"/lib/llvmjit* "$SERVER/lib/bitcode"
for unused in libz3 libperl libdb-5 libLLVM libclang; do rm -f "$LIBRARIES/$unused"*; done

# RPATH and not RUNPATH: it holds for the libraries that extensions load, too.
for program in "$SERVER"/bin/*; do
  patchelf --print-interpreter "$program" >/dev/null 2>&1 || continue
  patchelf --set-interpreter "$PREFIX${LOADER#"$NEW"}" --force-rpath --set-rpath "$PREFIX${LIBRARIES#"$NEW"}" "$program"
done

echo "$COMPLETE" > "$NEW/.complete"
chmod 755 "$NEW"
rm -rf "$PREFIX"
mv "$NEW" "$PREFIX"
echo "$PREFIX"
