#!/usr/bin/env python3
"""The Python in docs/plugins/python.md and in the package's README: blocks that name a file are written down, and what is a
test in them is run."""
import os
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"^```python (\S+\.py)\n(.*?)^```$", re.S | re.M)


class Documents(unittest.TestCase):
    def run_document(self, document):
        blocks = BLOCK.findall((ROOT / document).read_text())
        tests = 0
        with tempfile.TemporaryDirectory() as directory:
            for name, text in blocks:
                (pathlib.Path(directory) / name).write_text(text)
            self.addCleanup(os.chdir, os.getcwd())
            os.chdir(directory)
            for name, text in blocks:
                scope = {"__name__": name}
                if name.startswith("test_"):
                    exec(compile(text, name, "exec"), scope)
                for function in [each for each in scope if each.startswith("test_")]:
                    scope[function]()
                    tests += 1
        self.assertGreater(tests, 0)

    def test_the_page(self):
        self.run_document("docs/plugins/python.md")

    def test_the_readme(self):
        self.run_document("plugin_api/sdk/python/README.md")


if __name__ == "__main__":
    unittest.main()
