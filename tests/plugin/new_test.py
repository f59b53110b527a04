#!/usr/bin/env python3
"""What the guide's first commands do, for each language: a plugin from nothing that passes the kit and is live in a server.

SOLDER names the program."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOLDER = pathlib.Path(os.environ["SOLDER"]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = SOLDER.parents[1] / "lib/solder/plugins"
GUIDE = (ROOT / "docs/writing-a-plugin.md").read_text(encoding="utf-8")
sys.path.insert(0, str(ROOT / "tests/unit/cli"))
from serve_test import Server  # noqa: E402

MINUTES = 2  # from nothing to live


def block(name):
    """The commands of a block of the guide."""
    text = re.search(rf"```console {name}\n(.*?)```", GUIDE, re.S).group(1)
    return [line[2:] for line in text.splitlines() if line.startswith("$ ")]


def commands(language):
    """Those from nothing, for another language, and those that follow."""
    lines = block("from-nothing")
    assert len(lines) == 5 and lines[0] == "solder plugin new late-hour --lang cpp", lines
    return [lines[0].replace("cpp", language), *lines[1:]]


class New(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.scratch = pathlib.Path(directory.name)

    def solder(self, *arguments):
        return subprocess.run([SOLDER, *map(str, arguments)], capture_output=True, text=True, timeout=120, cwd=self.scratch)

    def server(self):
        plugins = self.scratch / "server/plugins"
        plugins.mkdir(parents=True)
        shutil.copy(SHIPPED / "python.so", plugins)
        manifests = self.scratch / "server/manifests"
        manifests.mkdir()
        server = Server(self.scratch / "server", plugin_dir=plugins).ready()
        self.addCleanup(server.end)
        return server, plugins, manifests

    def from_nothing(self, language):
        server, plugins, manifests = self.server()
        environment = os.environ | {"PATH": f"{SOLDER.parent}:{os.environ['PATH']}", "PLUGIN_DIR": str(plugins),
                                    "ADMIN": f"127.0.0.1:{server.admin_port()}"}
        begin = time.monotonic()
        done = subprocess.run(["bash", "-euc", "\n".join(commands(language))], capture_output=True, text=True, timeout=240,
                              cwd=self.scratch, env=environment)
        took = time.monotonic() - begin
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        print(f"{language}: live after {took:.1f} s", flush=True)
        self.assertLess(took, MINUTES * 60)
        self.assertRegex(done.stdout, r"ok \d+ - golden: [^#]*\n")
        self.assertNotIn("not ok", done.stdout)
        self.assertIn("inlineString: back at noon", done.stdout)
        self.assertIn("plugin late-hour 0.1.0 runs", done.stdout)
        # What a user writes then.
        shutil.copy(self.scratch / "late-hour/example.yaml", manifests)
        server.until("accepted", lambda: "back at noon" in server.page("/snapshot"))
        states = {entry["name"]: entry["state"] for entry in json.loads(server.page("/status"))["reports"]}
        self.assertEqual("Accepted", states["example"])
        self.make_it_yours(environment, server)

    def make_it_yours(self, environment, server):
        option = re.search("```yaml in-use\noptions: (.*?)\n```", GUIDE)[1]
        self.assertIn(option.strip("{}"), (self.scratch / "late-hour/example.yaml").read_text())
        folder = self.scratch / "late-hour"
        before = json.loads(server.page("/plugins"))["plugins"]
        done = subprocess.run(["bash", "-euc", "\n".join(block("make-it-yours"))], capture_output=True, text=True, timeout=240, cwd=folder, env=environment)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn("plugin late-hour 0.1.0 runs", done.stdout)
        hashes = [[each["sha256"] for each in some if each["name"] == "late-hour"] for some in (before, json.loads(server.page("/plugins"))["plugins"])]
        self.assertNotEqual(*hashes)

    def test_c(self):
        self.from_nothing("c")

    def test_cpp(self):
        self.from_nothing("cpp")

    def test_python(self):
        self.from_nothing("python")

    @unittest.skipUnless(shutil.which("cargo"), "there is no cargo")
    def test_rust(self):
        self.from_nothing("rust")

    @unittest.skipUnless(shutil.which("go"), "there is no Go")
    def test_go(self):
        self.from_nothing("go")

    def test_another_folder_and_name(self):
        done = self.solder("plugin", "new", "a_2nd-one", "--lang", "python", "--dir", self.scratch / "mine")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        text = (self.scratch / "mine/a_2nd-one/a_2nd-one.py").read_text()
        self.assertIn('@solder.option("route", "a2ndOne"', text)
        self.assertFalse([path for path in (self.scratch / "mine").rglob("*") if "@" in path.name])
        left = [path for path in (self.scratch / "mine").rglob("*") if path.is_file() and re.search("@[A-Z]+@", path.read_text())]
        self.assertEqual([], left)
        again = self.solder("plugin", "new", "a_2nd-one", "--lang", "python", "--dir", self.scratch / "mine")
        self.assertEqual(1, again.returncode)
        self.assertIn("is there already", again.stderr)

    def test_what_cannot_be_made(self):
        for arguments, words in ((["Late"], "is no name for a plugin"), (["../late"], "is no name for a plugin"),
                                 (["late", "--lang", "cobol"], "there is no template for \"cobol\"")):
            done = self.solder("plugin", "new", *arguments)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn(words, done.stderr)
        self.assertEqual([], list(self.scratch.iterdir()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
