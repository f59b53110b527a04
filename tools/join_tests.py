#!/usr/bin/env python3
"""Lets one ctest run span several build directories, so that there is one summary.

Usage: join_tests.py OUTPUT_DIR BUILD_DIR...

Each BUILD_DIR is a directory with a CTestTestfile.cmake; those that a build does not have are passed over.
"""
import pathlib
import sys


def main():
    output = pathlib.Path(sys.argv[1])
    found = [path.resolve() for path in map(pathlib.Path, sys.argv[2:]) if (path / "CTestTestfile.cmake").exists()]
    if not found:
        sys.exit(f"no tests in {' '.join(sys.argv[2:])}: build first")
    output.mkdir(parents=True, exist_ok=True)
    lines = [f'subdirs("{path}")\n' for path in found]
    (output / "CTestTestfile.cmake").write_text("".join(lines))


main()
