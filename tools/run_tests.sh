#!/usr/bin/env bash
# Runs ctest in BUILD_DIR with the rest of the arguments: tools/run_tests.sh BUILD_DIR [ARGUMENT...]
#
# What the tests write (plugins' copies, etcd's and Consul's logs, state directories) lies in memory where there is enough
# of it, and what the build has written is on the disk before they begin: on a slow disk that is busy with gigabytes of
# objects, a program that waits for its own few bytes stands still for minutes.
set -euo pipefail
build=$1
shift

readonly NEEDED_KIB=$((6 * 1024 * 1024))

# Prints the directory for what the tests write. Programs must be allowed to run from it: plugins are loaded from copies.
scratch_parent() {
  local memory=/dev/shm free
  free=$(df --output=avail "$memory" 2>/dev/null | tail -1 || true)
  if [[ -w $memory && ${free:-0} -ge $NEEDED_KIB && ",$(findmnt -no OPTIONS --target "$memory")," != *,noexec,* ]] &&
    (($(awk '/^MemAvailable:/ {print $2}' /proc/meminfo) >= 2 * NEEDED_KIB)); then
    echo "$memory"
  else
    echo "${TMPDIR:-/tmp}"
  fi
}

scratch=$(mktemp -d "$(scratch_parent)/solder-XXXX")
trap 'rm -rf "$scratch"' EXIT
echo "what the tests write lies in $scratch"
sync
TMPDIR=$scratch TEST_TMPDIR=$scratch ctest --test-dir "$build" --output-on-failure "$@"
