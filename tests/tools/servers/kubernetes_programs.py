#!/usr/bin/env python3
"""Builds the Kubernetes API server, etcd and kubectl and prints the directory with them. Seven minutes of two cores the first time, nothing after it.

Usage: kubernetes_programs.py [--check | --or-skip]
    --check: exit 1 where they are not built yet; --or-skip: exit 77 where they are not to be had
"""
import pathlib
import re
import shutil

from go_programs import GoPrograms, run

VERSION = "1.35.0"
MODULE = "k8s.io/kubernetes"
HERE = pathlib.Path(__file__).resolve().parent


def write_module(where):
    """It requires Kubernetes: its parts are published as modules, which its own go.mod replaces by folders."""
    listing = run(["go", "mod", "download", "-json", f"{MODULE}@v{VERSION}"], where)
    text = pathlib.Path(re.search(r'"GoMod": "(.*?)"', listing)[1]).read_text()
    parts = re.findall(r"^\s*(k8s\.io/\S+) => \./staging", text, re.MULTILINE)
    etcd = re.search(r"go\.etcd\.io/etcd/client/v3 (v\S+)", text)[1]
    go = re.search(r"^go (\S+)", text, re.MULTILINE)[1]
    replaced = "".join(f"\t{part} => {part} v0.{VERSION.partition('.')[2]}\n" for part in parts)
    (where / "go.mod").write_text(f"module solder.test/kubernetes\n\ngo {go}\n\nrequire (\n\t{MODULE} v{VERSION}\n\tgo.etcd.io/etcd/server/v3 {etcd}\n)\n\nreplace (\n{replaced})\n")
    (where / "etcd").mkdir()
    shutil.copy(HERE / "etcd.go", where / "etcd" / "main.go")
    return ["./etcd", f"{MODULE}/cmd/kube-apiserver", f"{MODULE}/cmd/kubectl"]


PROGRAMS = GoPrograms("kubernetes", VERSION, ("etcd", "kube-apiserver", "kubectl"), write_module, f"-X k8s.io/component-base/version.gitVersion=v{VERSION}")

if __name__ == "__main__":
    PROGRAMS.main()
