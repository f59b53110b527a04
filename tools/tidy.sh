#!/usr/bin/env bash
# Runs clang-tidy over the C++ files that differ from the main branch and are not yet committed, or over all of them.
# Usage: tidy.sh [all|FILE...]. Needs build-check/compile_commands.json.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  all) mapfile -t files < <(git ls-files 'core/*.cc' 'cli/*.cc' 'plugins/*.cc' 'tests/*.cc') ;;
  '') mapfile -t files < <({ git diff --name-only --diff-filter=d "$(git merge-base HEAD origin/main 2>/dev/null || echo HEAD)" -- '*.cc'
                            git ls-files --others --exclude-standard '*.cc'; } | sort -u) ;;
  *) files=("$@") ;;
esac
if [ ${#files[@]} -eq 0 ]; then
  echo "tidy: no changed C++ file (FILES=all for every file)"
  exit 0
fi
patterns=()
for file in "${files[@]}"; do patterns+=("^$PWD/$file\$"); done
# Files that no target compiles (examples for outside builds) are not in compile_commands.json and drop out here.
log=$(mktemp)
commands=$(mktemp -d)
trap 'rm -rf "$log" "$commands"' EXIT
# Flags that gcc has and clang has not.
sed 's/ -fno-gnu-unique//' build-check/compile_commands.json >"$commands/compile_commands.json"
if ! run-clang-tidy-14 -quiet -p "$commands" -j "$(nproc)" -extra-arg=-Wno-unknown-warning-option -extra-arg=-Wno-unused-command-line-argument "${patterns[@]}" >"$log" 2>/dev/null; then
  grep -vE '^clang-tidy-14 |^$' "$log" >&2
  exit 1
fi
echo "tidy: ${#files[@]} files"
