#!/usr/bin/env python3
"""Lets one ctest run span several build directories, so that there is one summary.

Usage: join_tests.py OUTPUT_DIR [--build NAME]... BUILD_DIR...

Each BUILD_DIR is a directory with a CTestTestfile.cmake; those that a build does not have are passed over.
    --build NAME    make the run itself type `make NAME-build`, as a test NAME:build that those of that build (the fixture
                    NAME) wait for: compilers take the processor while other tests wait for a server's answer
"""
import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST_BUILD = 5400  # seconds


def build_test(name, rank):
    """Builds come before everything else, one at a time: what waits for them waits longest."""
    return (f'add_test("{name}:build" "nice" "make" "{name}-build")\n'
            f'set_tests_properties("{name}:build" PROPERTIES WORKING_DIRECTORY "{ROOT}" FIXTURES_SETUP "{name}" RESOURCE_LOCK "compilers" '
            f'COST "{50 - rank}" TIMEOUT "{LONGEST_BUILD}")\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--build", action="append", default=[])
    parser.add_argument("directories", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    found = [path.resolve() for path in arguments.directories if (path / "CTestTestfile.cmake").exists()]
    if not found:
        sys.exit(f"no tests in {' '.join(map(str, arguments.directories))}: build first")
    arguments.output.mkdir(parents=True, exist_ok=True)
    lines = [build_test(name, rank) for rank, name in enumerate(arguments.build)] + [f'subdirs("{path}")\n' for path in found]
    (arguments.output / "CTestTestfile.cmake").write_text("".join(lines))


main()
