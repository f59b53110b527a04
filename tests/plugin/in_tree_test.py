#!/usr/bin/env python3
"""The plugins of this tree have no privilege over a stranger's: they bring no library that a stranger may not bring, they
export the entry alone, and they see nothing of the core.

Usage: in_tree_test.py SOURCE_DIRECTORY PLUGIN_DIRECTORY
"""
import pathlib
import re
import subprocess
import sys
import unittest

SOURCE, PLUGINS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
NAMES = sorted(path.parent.name for path in (SOURCE / "plugins").glob("*/CMakeLists.txt"))
CODE = {".h", ".hpp", ".c", ".cc"}


def includes(folder):
    for path in sorted((SOURCE / folder).rglob("*")):
        if path.suffix in CODE:
            for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = re.match(r'\s*#\s*include\s+["<]([^">]+)', text)
                if match:
                    yield f"{path.relative_to(SOURCE)}:{line}", match.group(1)


class InTree(unittest.TestCase):
    def test_no_library_that_must_not_stand_twice(self):
        for name in NAMES:
            dynamic = subprocess.run(["readelf", "-dW", PLUGINS / f"{name}.so"], check=True, capture_output=True, text=True)
            needed = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic.stdout)
            runs_files = '"files"' in (SOURCE / "plugins" / name / "manifest.json").read_text()
            bad = [library for library in needed if re.match(r"lib(protobuf|grpc|spdlog)" if runs_files else r"lib(protobuf|grpc|spdlog|python)", library)]
            self.assertEqual(bad, [], name)

    def test_one_export(self):
        for name in NAMES:
            symbols = subprocess.run(["nm", "-D", "--defined-only", PLUGINS / f"{name}.so"], check=True, capture_output=True,
                                     text=True).stdout.split("\n")
            self.assertEqual([line.split()[-1] for line in symbols if line], ["solder_plugin_entry_v1"], name)

    def test_plugins_and_their_contract_know_no_core(self):
        count = 0
        for folder in ("plugins", "plugin_api"):
            for place, target in includes(folder):
                count += 1
                self.assertFalse(target.startswith(("core/", "cli/", "../")), f"{place} includes {target}")
        self.assertGreater(count, 10)

    def test_the_core_knows_no_plugin(self):
        for folder in ("core", "cli"):
            for place, target in includes(folder):
                self.assertFalse(target.startswith("plugins/"), f"{place} includes {target}")

    def test_every_folder_is_a_plugin(self):
        self.assertGreaterEqual(len(NAMES), 4)
        self.assertEqual([name for name in NAMES if not (PLUGINS / f"{name}.so").is_file()], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
