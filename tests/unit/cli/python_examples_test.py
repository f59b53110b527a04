#!/usr/bin/env python3
"""The examples of plugins in Python, through the whole translation: what they say is what Envoy gets, and it validates.

SOLDER names the program, ENVOY Envoy's."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOLDER = os.environ["SOLDER"]
ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples/plugins/python"
SHIPPED = pathlib.Path(SOLDER).resolve().parents[1] / "lib/solder/plugins"


def solder(*arguments):
    return subprocess.run([SOLDER, *map(str, arguments)], capture_output=True, text=True, timeout=120)


class Examples(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.plugins = pathlib.Path(directory.name) / "plugins"
        shutil.copytree(EXAMPLES, self.plugins)

    def translate(self, world, *flags):
        done = solder("translate", "--plugin-dir", SHIPPED, "--plugin-dir", self.plugins, *flags, world)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_what_each_of_them_gives(self):
        text = self.translate(EXAMPLES / "world.yaml")
        for words in ("back at noon", "retry-after", '"10.0.0.2"', "loadBalancingWeight: 3", "RING_HASH",
                      "headerName: x-user", '"10.1.0.1"', "blocklist.example.com", "badbot",
                      "hostRedirect: shop.example.com", "old.example.com"):
            self.assertIn(words, text)

    def test_envoy_takes_it(self):
        static = pathlib.Path(self.plugins).parent / "envoy.yaml"
        static.write_text(self.translate(EXAMPLES / "world.yaml", "--static"))
        done = subprocess.run([os.environ["ENVOY"], "--mode", "validate", "-c", static], capture_output=True, text=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_a_bad_file_is_named_and_hurts_nobody(self):
        (self.plugins / "broken.py").write_text("import solder\nfor\n")
        done = solder("translate", "--plugin-dir", SHIPPED, "--plugin-dir", self.plugins, EXAMPLES / "world.yaml")
        self.assertIn(f"{self.plugins}/broken.py:2: SyntaxError: invalid syntax", done.stderr)
        self.assertIn("back at noon", done.stdout)
        listed = json.loads(solder("plugin", "list", "-o", "json", "--plugin-dir", SHIPPED, "--plugin-dir", self.plugins).stdout)
        reasons = [each.get("reason") for each in listed["plugins"] if each["file"].endswith("broken.py")]
        self.assertEqual(["BadFile"], reasons)


if __name__ == "__main__":
    unittest.main()
