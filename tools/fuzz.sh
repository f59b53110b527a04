#!/usr/bin/env bash
# Runs every fuzzer of a build for some seconds each; new inputs go to the build directory, seeds come from tests/fuzz/corpus/NAME.
# Usage: fuzz.sh BUILD_DIR SECONDS
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
seconds=$2
found=0
for fuzzer in "$build"/bin/fuzz_*; do
  [ -x "$fuzzer" ] || continue
  found=1
  name=$(basename "$fuzzer")
  mkdir -p "$build/corpus/$name"
  seeds=()
  [ -d "tests/fuzz/corpus/${name#fuzz_}" ] && seeds=("tests/fuzz/corpus/${name#fuzz_}")
  echo "$name for $seconds s"
  "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/$name-" \
    "$build/corpus/$name" "${seeds[@]}" 2>"$build/$name.log" || { tail -40 "$build/$name.log" >&2; exit 1; }
  tail -7 "$build/$name.log"
done
[ "$found" = 1 ] || { echo "no fuzzer in $build/bin" >&2; exit 1; }
