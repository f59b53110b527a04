#!/usr/bin/env python3
"""Builds Consul and prints the directory with the program. Seven minutes of one core the first time, nothing after it.

Usage: consul_programs.py [--check | --or-skip]
    --check: exit 1 where it is not built yet; --or-skip: exit 77 where it is not to be had
"""
from go_programs import GoPrograms, run

VERSION = "1.21.0"
MODULE = "github.com/hashicorp/consul"


def write_module(where):
    (where / "go.mod").write_text(f"module solder.test/consul\n\ngo 1.23\n\nrequire {MODULE} v{VERSION}\n")
    # Imported, so that tidying keeps the requirement and finds all that it requires.
    (where / "main.go").write_text(f'//go:build never\n\npackage main\n\nimport _ "{MODULE}"\n')
    run(["go", "mod", "download", f"{MODULE}@v{VERSION}"], where)
    run(["go", "mod", "tidy", "-e"], where)
    return [MODULE]


PROGRAMS = GoPrograms("consul", VERSION, ("consul",), write_module)

if __name__ == "__main__":
    PROGRAMS.main()
