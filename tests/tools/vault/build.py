#!/usr/bin/env python3
"""Builds HashiCorp Vault with the Go toolchain from its published module, once for each version, into the user's cache directory, and prints that
directory. Five minutes of a core the first time, nothing after it. It is 1.14.0: the last series under the Mozilla licence.

Usage: build.py [--check | --or-skip]
    --check: exit 1 where it is not built yet; --or-skip: exit 77 where it is not to be had
"""
import fcntl
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VERSION = "1.14.0"
MODULE = "github.com/hashicorp/vault"
SDK = "v0.9.2"  # as published, a little later than the folder that this Vault's own go.mod names
# What that has more: it refuses paths that this Vault still has, and ends every request of the system's with a panic.
CHECK = "if p.ExistenceCheck == nil {"
CACHE = pathlib.Path(os.environ.get("SOLDER_CACHE_DIR") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "solder")


class NotToBeHad(Exception):
    """Why there is no Vault, for people."""


def program():
    return CACHE / f"vault-{VERSION}" / "vault"


def run(command, where, environment):
    done = subprocess.run(command, cwd=where, env=environment, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotToBeHad(f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-800:]}")
    return done.stdout


def write_module(where, environment):
    """A module of our own that requires what Vault's requires, and Vault: its parts are published as modules, which its own go.mod replaces by folders."""
    listing = run(["go", "mod", "download", "-json", f"{MODULE}@v{VERSION}"], where, environment)
    lines = pathlib.Path(re.search(r'"GoMod": "(.*?)"', listing)[1]).read_text().splitlines()
    sdk = where / "sdk"
    published = json.loads(run(["go", "mod", "download", "-json", f"{MODULE}/sdk@{SDK}"], where, environment))["Dir"]
    run(["cp", "-r", "--no-preserve=mode", published, str(sdk)], where, environment)
    backend = sdk / "framework/backend.go"
    if CHECK not in backend.read_text():
        raise NotToBeHad(f"{MODULE}/sdk {SDK} is not what it was")
    backend.write_text(backend.read_text().replace(CHECK, "if false {"))
    kept = [line for line in lines if not line.startswith("module ") and "=> ./" not in line]
    (where / "go.mod").write_text("\n".join(["module solder.test/vault", *kept, f"require {MODULE} v{VERSION}", f"replace {MODULE}/sdk => ./sdk"]) + "\n")
    (where / "tools.go").write_text(f'//go:build tools\n\npackage tools\n\nimport _ "{MODULE}"\n')


def build():
    if not shutil.which("go"):
        raise NotToBeHad("Vault is built with Go, and this machine has none")
    environment = {**os.environ, "CGO_ENABLED": "0", "GONOSUMDB": "*", "GOFLAGS": "-mod=mod -buildvcs=false -trimpath"}
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="vault-build") as work:
        module, out = pathlib.Path(work) / "module", pathlib.Path(work) / "out"
        module.mkdir()
        out.mkdir()
        write_module(module, environment)
        run(["go", "mod", "tidy", "-e"], module, environment)
        subprocess.run(["nice", "go", "build", "-ldflags", "-s -w", "-o", f"{out}/vault", MODULE], cwd=module, env=environment, check=True, stdout=sys.stderr)
        shutil.rmtree(program().parent, ignore_errors=True)
        out.rename(program().parent)


def need():
    """The program, built now where it is not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / ".vault.lock", "w", encoding="ascii") as lock:  # one build, however many tests begin at once
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
