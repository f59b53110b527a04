#!/usr/bin/env bash
# Installs the Debian packages that Solder is built and tested with. Says what is missing and installs only that, as root
# or with sudo; where nothing is missing it ends in a tenth of a second. Usage: install-deps.sh [--check]
#   --check: only say what is missing, exit 1 if anything is.
set -euo pipefail

packages=(
  cmake ninja-build ccache pkg-config g++ curl openssl python3 python3-pip python3-yaml
  libprotobuf-dev libgrpc++-dev libabsl-dev libboost-dev libboost-filesystem-dev nlohmann-json3-dev libspdlog-dev libprotozero-dev
  libyaml-dev libcli11-dev libcpp-httplib-dev libssl-dev libcurl4-openssl-dev libpugixml-dev libre2-dev libpcre2-dev libxxhash-dev libjemalloc-dev
  libgtest-dev libgmock-dev
  python3-dev pybind11-dev
  clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev llvm-14
)

# For plugins in Rust. One that is there already, such as rustup's, will do.
command -v cargo >/dev/null || packages+=(cargo)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  cat >&2 <<TEXT
Solder's dependencies are installed with apt-get, and this machine has none: Debian 12 ("bookworm") is what Solder is
built and tested on. Elsewhere, install the counterparts of these packages yourself and run cmake --preset dev:
  ${packages[*]}
TEXT
  exit 1
fi

missing=()
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null)
for package in "${packages[@]}"; do
  grep -qx "installed $package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Missing packages (${#missing[@]}): ${missing[*]}"
[ "${1:-}" = --check ] && exit 1

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "They need root to install, and there is no sudo. As root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; then
  # shellcheck source=/dev/null
  name=$(. /etc/os-release && echo "${PRETTY_NAME:-this system}")
  echo "apt-get could not install them. Solder is built on Debian 12; this is $name." >&2
  exit 1
fi
