#!/usr/bin/env python3
"""Builds HashiCorp Vault and prints the directory with the program. Five minutes of a core the first time, nothing after it.
It is 1.14.0: the last series under the Mozilla licence.

Usage: vault_programs.py [--check | --or-skip]
    --check: exit 1 where it is not built yet; --or-skip: exit 77 where it is not to be had
"""
import json
import pathlib
import re

from go_programs import GoPrograms, NotToBeHad, run

VERSION = "1.14.0"
MODULE = "github.com/hashicorp/vault"
SDK = "v0.9.2"  # as published, a little later than the folder that this Vault's own go.mod names
# What that has more: it refuses paths that this Vault still has, and ends every request of the system's with a panic.
CHECK = "if p.ExistenceCheck == nil {"


def write_module(where):
    """It requires what Vault's requires, and Vault: its parts are published as modules, which its own go.mod replaces by folders."""
    listing = run(["go", "mod", "download", "-json", f"{MODULE}@v{VERSION}"], where)
    lines = pathlib.Path(re.search(r'"GoMod": "(.*?)"', listing)[1]).read_text().splitlines()
    sdk = where / "sdk"
    published = json.loads(run(["go", "mod", "download", "-json", f"{MODULE}/sdk@{SDK}"], where))["Dir"]
    run(["cp", "-r", "--no-preserve=mode", published, str(sdk)], where)
    backend = sdk / "framework/backend.go"
    if CHECK not in backend.read_text():
        raise NotToBeHad(f"{MODULE}/sdk {SDK} is not what it was")
    backend.write_text(backend.read_text().replace(CHECK, "if false {"))
    kept = [line for line in lines if not line.startswith("module ") and "=> ./" not in line]
    (where / "go.mod").write_text("\n".join(["module solder.test/vault", *kept, f"require {MODULE} v{VERSION}", f"replace {MODULE}/sdk => ./sdk"]) + "\n")
    (where / "tools.go").write_text(f'//go:build tools\n\npackage tools\n\nimport _ "{MODULE}"\n')
    run(["go", "mod", "tidy", "-e"], where)
    return [MODULE]


PROGRAMS = GoPrograms("vault", VERSION, ("vault",), write_module)

if __name__ == "__main__":
    PROGRAMS.main()
