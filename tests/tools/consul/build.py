#!/usr/bin/env python3
"""Builds Consul with the Go toolchain from its published module, once for each version, into the user's cache directory, and prints the program's path.
Seven minutes of one core the first time, nothing after it.

Usage: build.py [--check | --or-skip]
    --check: exit 1 where it is not built yet; --or-skip: exit 77 where it is not to be had
"""
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

VERSION = "1.21.0"
CACHE = pathlib.Path(os.environ.get("SOLDER_CACHE_DIR") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "solder")
MODULE = f"module solder.test/consul\n\ngo 1.23\n\nrequire github.com/hashicorp/consul v{VERSION}\n"
# Imported, so that tidying keeps the requirement and finds all that it requires.
MAIN = '//go:build never\n\npackage main\n\nimport _ "github.com/hashicorp/consul"\n'


class NotToBeHad(Exception):
    """Why there is no Consul, for people."""


def program():
    return CACHE / f"consul-{VERSION}" / "consul"


def build():
    if not shutil.which("go"):
        raise NotToBeHad("Consul is built with Go 1.23 or newer, and this machine has none")
    environment = {**os.environ, "CGO_ENABLED": "0", "GONOSUMDB": "*", "GOFLAGS": "-mod=mod -buildvcs=false -trimpath"}
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="consul-build") as work:
        module = pathlib.Path(work)
        (module / "go.mod").write_text(MODULE)
        (module / "main.go").write_text(MAIN)
        subprocess.run(["go", "mod", "tidy", "-e"], cwd=module, env=environment, check=False, capture_output=True)
        built = subprocess.run(["nice", "go", "build", "-ldflags", "-s -w", "-o", "consul", "github.com/hashicorp/consul"], cwd=module, env=environment, check=False,
                               capture_output=True, text=True)
        if built.returncode != 0:
            raise NotToBeHad(f"Consul v{VERSION} cannot be built: {built.stderr.strip()[-800:]}")
        program().parent.mkdir(parents=True, exist_ok=True)
        (module / "consul").rename(program())


def need():
    """The program, built now where it is not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / ".consul.lock", "w", encoding="ascii") as lock:  # one build, however many tests begin at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program().exists():
            build()
    return program()


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(0 if program().exists() else 1)
    try:
        print(need())
    except NotToBeHad as why:
        print(why, file=sys.stderr)
        sys.exit(77 if "--or-skip" in sys.argv[1:] else 1)
