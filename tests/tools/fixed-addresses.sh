#!/usr/bin/env bash
# Runs a program without address randomisation where the machine allows that: clang 14's ThreadSanitizer refuses to start
# on kernels that randomise 32 bits. Usage: fixed-addresses.sh PROGRAM ARG...
set -euo pipefail
if setarch -R true 2>/dev/null; then
  exec setarch -R "$@"
fi
exec "$@"
