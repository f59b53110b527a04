#!/usr/bin/env python3
"""Builds the Kubernetes API server, etcd and kubectl with the Go toolchain from their published modules, once for each version, into the user's cache
directory, and prints that directory. Seven minutes of two cores the first time, nothing after it.

Usage: build.py [--check | --or-skip]
    --check: exit 1 where they are not built yet; --or-skip: exit 77 where they are not to be had
"""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VERSION = "1.35.0"
PROGRAMS = ("etcd", "kube-apiserver", "kubectl")
HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("SOLDER_CACHE_DIR") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "solder")


class NotToBeHad(Exception):
    """Why there is no API server, for people."""


def directory():
    return CACHE / f"kubernetes-{VERSION}"


def is_built():
    return all((directory() / name).exists() for name in PROGRAMS)


def write_module(where, environment):
    """A module of our own that requires Kubernetes: its parts are published as modules, which its own go.mod replaces by folders."""
    listing = subprocess.run(["go", "mod", "download", "-json", f"k8s.io/kubernetes@v{VERSION}"], cwd=where, env=environment, check=False, capture_output=True, text=True)
    if listing.returncode != 0:
        raise NotToBeHad(f"the module k8s.io/kubernetes v{VERSION} cannot be had: {(listing.stdout + listing.stderr).strip()[-500:]}")
    text = pathlib.Path(re.search(r'"GoMod": "(.*?)"', listing.stdout)[1]).read_text()
    parts = re.findall(r"^\s*(k8s\.io/\S+) => \./staging", text, re.MULTILINE)
    etcd = re.search(r"go\.etcd\.io/etcd/client/v3 (v\S+)", text)[1]
    go = re.search(r"^go (\S+)", text, re.MULTILINE)[1]
    replaced = "".join(f"\t{part} => {part} v0.{VERSION.partition('.')[2]}\n" for part in parts)
    (where / "go.mod").write_text(f"module solder.test/kubernetes\n\ngo {go}\n\nrequire (\n\tk8s.io/kubernetes v{VERSION}\n\tgo.etcd.io/etcd/server/v3 {etcd}\n)\n\nreplace (\n{replaced})\n")
    (where / "etcd").mkdir()
    shutil.copy(HERE / "etcd.go", where / "etcd" / "main.go")


def build():
    if not shutil.which("go"):
        raise NotToBeHad("the Kubernetes API server is built with Go 1.25 or newer, and this machine has none")
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod -buildvcs=false -trimpath"}
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="kubernetes-build") as work:
        module = pathlib.Path(work) / "module"
        out = pathlib.Path(work) / "out"
        module.mkdir()
        out.mkdir()
        write_module(module, environment)
        flags = f"-s -w -X k8s.io/component-base/version.gitVersion=v{VERSION}"
        subprocess.run(["nice", "go", "build", "-ldflags", flags, "-o", f"{out}/", "./etcd", "k8s.io/kubernetes/cmd/kube-apiserver", "k8s.io/kubernetes/cmd/kubectl"],
                       cwd=module, env=environment, check=True, stdout=sys.stderr)
        shutil.rmtree(directory(), ignore_errors=True)
        out.rename(directory())


def need():
    """The directory with the programs, built now where they are not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / ".kubernetes.lock", "w", encoding="ascii") as lock:  # one build, however many tests begin at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_built():
            build()
    return directory()


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(0 if is_built() else 1)
    try:
        print(need())
    except NotToBeHad as why:
        print(why, file=sys.stderr)
        sys.exit(77 if "--or-skip" in sys.argv[1:] else 1)
