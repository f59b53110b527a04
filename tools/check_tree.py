#!/usr/bin/env python3
"""Checks the rules of the source tree that a compiler does not: file sizes and who may include whom.

Usage: check_tree.py [--named-tests] [ROOT]. With --named-tests also that the tests which file headers name exist. Prints every violation as file:line: what and what would be right; exit 1 if there is one.
The same rules in words: CONTRIBUTING.md. Tested by tests/tools/check_tree_test.py.
"""
import itertools
import pathlib
import re
import subprocess
import sys

MAX_LINES = 400
CODE = {".h", ".hpp", ".cc", ".c", ".py", ".sh", ".cmake"}
EXEMPT = re.compile(r"(^|/)(testdata|corpus)/|^tests/golden/cases/")
TESTED_BY = re.compile(r"\btests/[A-Za-z0-9_./*-]*[A-Za-z0-9_*]")
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')

# First folder of an include → the folders whose files may include it.
MAY_INCLUDE = {
    "core/": ("core/", "cli/", "tests/", "bench/"),
    "cli/": ("cli/", "tests/"),
    "plugins/": ("plugins/", "tests/"),
    "tests/": ("tests/",),
}
REASONS = {
    "core/": "plugins see the core only through plugin_api/include",
    "cli/": "only the program itself knows its commands",
    "plugins/": "the core knows no plugin",
    "tests/": "nothing that ships depends on a test",
}
# A folder of core/ → those below it that it must not include, so that its libraries point one way.
CORE_ORDER = ["base", "model", "config", "store", "services", "host", "xds", "engine", "report", "admin"]
CORE_FORBIDDEN = {"base": {*CORE_ORDER} - {"base"}, "model": {*CORE_ORDER} - {"base", "model"},
                  "xds": {"config", "store", "host", "engine", "report", "admin"}}


def tracked(root):
    out = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         check=True, capture_output=True).stdout
    return [name for name in out.decode().split("\0") if name and (root / name).is_file()]


def include_problem(file, target):
    """Why `file` must not include `target`, or None."""
    for prefix, allowed in MAY_INCLUDE.items():
        if target.startswith(prefix) and not file.startswith(allowed):
            return f"{file.split('/')[0]}/ must not include {target}: {REASONS[prefix]}"
    parts, target_parts = file.split("/"), target.split("/")
    if parts[0] == "plugins" and target_parts[0] == "plugins" and parts[1] != target_parts[1]:
        return f"plugins/{parts[1]} must not include {target}: a plugin stands alone"
    if parts[0] == "core" and target_parts[0] == "core" and target_parts[1] in CORE_FORBIDDEN.get(parts[1], ()):
        return f"core/{parts[1]} must not include {target}: it stands below core/{target_parts[1]}"
    return None


def lost_tests(root, name, lines):
    header = list(itertools.takewhile(lambda line: line.startswith(("//", "/*", " *")), lines))
    return [f"{name}:{number}: the header names {test}, which does not exist"
            for number, line in enumerate(header, 1) for test in TESTED_BY.findall(line) if not any(root.glob(test))]


def check(root, named_tests=False):
    problems = []
    for name in tracked(root):
        path = pathlib.PurePosixPath(name)
        if (path.suffix not in CODE and path.name != "CMakeLists.txt") or EXEMPT.search(name):
            continue
        lines = (root / name).read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES:
            problems.append(f"{name}:{MAX_LINES + 1}: {len(lines)} lines, at most {MAX_LINES}; split it by noun")
        if path.suffix not in {".h", ".hpp", ".cc", ".c"}:
            continue
        if named_tests:
            problems += lost_tests(root, name, lines)
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            problem = include_problem(name, match.group(1)) if match else None
            if problem:
                problems.append(f"{name}:{number}: {problem}")
    return problems


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--named-tests"]
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    problems = check(root, "--named-tests" in sys.argv)
    print("\n".join(problems) if problems else "tree: sizes and includes are right")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
