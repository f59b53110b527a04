"""The tree's rules hold, and check_tree.py notices when one does not."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_tree  # noqa: E402


class CheckTree(unittest.TestCase):
    def problems(self, files, **how):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            subprocess.run(["git", "init", "-q", folder], check=True)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return check_tree.check(root, **how)

    def test_this_tree_keeps_the_rules(self):
        if not (ROOT / ".git").exists():
            self.skipTest("not a git checkout")
        problems = check_tree.check(ROOT)
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_a_plugin_may_not_see_the_core_nor_another_plugin(self):
        found = self.problems({"plugins/a/a.cc": '#include "core/base/status.h"\n#include "plugins/b/b.h"\n#include "plugins/a/a.h"\n'})
        self.assertEqual(2, len(found), found)
        self.assertTrue(found[0].startswith("plugins/a/a.cc:1: "), found)
        self.assertTrue(found[1].startswith("plugins/a/a.cc:2: "), found)

    def test_the_core_may_not_see_a_plugin_and_its_base_nothing_else(self):
        found = self.problems({"core/engine/x.cc": '#include "plugins/tls/tls.h"\n#include "core/base/status.h"\n',
                               "core/base/y.h": '#  include "core/model/object.h"\n'})
        self.assertEqual({"core/engine/x.cc:1", "core/base/y.h:1"}, {":".join(f.split(":")[:2]) for f in found})

    def test_long_files_are_named_but_test_data_may_be_long(self):
        long = "x\n" * 401
        found = self.problems({"cli/main.cc": long, "plugins/tls/testdata/big.py": long, "tests/fuzz/corpus/yaml/a.c": long, "docs/a.md": long})
        self.assertEqual(1, len(found), found)
        self.assertIn("cli/main.cc:401: 401 lines", found[0])

    def test_a_header_that_names_a_lost_test_is_found(self):
        found = self.problems({"core/x/x.h": "// What it is.\n// Tested by tests/unit/x/x_test.cc and tests/unit/x/lost_test.cc.\n#pragma once\n// tests/not/looked/at.cc\n",
                               "tests/unit/x/x_test.cc": ""}, named_tests=True)
        self.assertEqual(["core/x/x.h:2: the header names tests/unit/x/lost_test.cc, which does not exist"], found)


if __name__ == "__main__":
    unittest.main()
