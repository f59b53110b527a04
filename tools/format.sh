#!/usr/bin/env bash
# Formats every C and C++ file that git knows, with the one version of clang-format that is agreed on. Usage: format.sh [--check]
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -d '' files < <(git ls-files -z --cached --others --exclude-standard '*.h' '*.hpp' '*.cc' '*.c')
[ ${#files[@]} -eq 0 ] && exit 0
if [ "${1:-}" = --check ]; then
  if ! clang-format-14 --dry-run --Werror "${files[@]}"; then
    echo "format: run make fmt" >&2
    exit 1
  fi
  echo "format: ${#files[@]} files"
else
  clang-format-14 -i "${files[@]}"
fi
