#!/usr/bin/env python3
"""Plugins in Go: the module's own tests, programs that are packed, the kit and the timings on them, what they cannot do in their processes, and files
that are none.

SOLDER names the program, ENVOY Envoy's."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOLDER = pathlib.Path(os.environ["SOLDER"]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = SOLDER.parents[1] / "lib/solder/plugins"
sys.path[:0] = [str(ROOT / "tests/tools"), str(ROOT / "tests/plugin")]
import go_plugins  # noqa: E402
from conformance_test import Tap  # noqa: E402

WORLD = """
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {name: vs, namespace: gloo-system}
spec:
  virtualHost:
    domains: ['*']
    routes:
      - matchers: [{prefix: /}]
        directResponseAction: {status: 200}
        options: {trial: %s}
"""


def solder(*arguments):
    return subprocess.run([SOLDER, *map(str, arguments)], capture_output=True, text=True, timeout=120)


@unittest.skipUnless(go_plugins.HERE, "there is no Go")
class Go(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.scratch = pathlib.Path(directory.name)
        cls.allow_from = go_plugins.build(SOLDER, go_plugins.ALLOW_FROM, cls.scratch / "allow_from.plugin")
        cls.trial = go_plugins.build_trial(SOLDER, cls.scratch / "trial.plugin")

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.own = pathlib.Path(directory.name)

    def check(self, file, *arguments):
        done = solder("plugin", "check", file, *arguments)
        self.assertEqual("", done.stderr)
        return Tap(done.stdout)

    def translated(self, value, file=None):
        """What the route's stat prefix becomes, or what is said of it."""
        plugins = self.own / "plugins"
        shutil.rmtree(plugins, ignore_errors=True)
        plugins.mkdir()
        shutil.copy(file or self.trial, plugins)
        (self.own / "world.yaml").write_text(WORLD % json.dumps(value))
        done = solder("translate", "-o", "json", "--plugin-dir", plugins, self.own / "world.yaml")
        for line in done.stdout.splitlines():
            if '"statPrefix": "' in line and "ingress" not in line and "http" not in line:
                return json.loads("{" + line.strip().rstrip(",") + "}")["statPrefix"]
        return done.stderr

    def test_the_module(self):
        for folder in (ROOT / "plugin_api/sdk/go", go_plugins.ALLOW_FROM, go_plugins.CATALOG):
            go_plugins.go("test", "./...", cwd=folder)
            go_plugins.go("vet", "./...", cwd=folder)
        written = [path for path in ROOT.glob("*/**/*.go") if not path.is_relative_to(ROOT / "build")]
        odd = subprocess.run(["gofmt", "-l", *map(str, written)], capture_output=True, text=True, check=True).stdout
        self.assertEqual("", odd)

    def test_the_example_passes_the_kit(self):
        tap = self.check(self.allow_from, "--testdata", go_plugins.ALLOW_FROM / "testdata")
        self.assertEqual([], tap.failed, tap.help)
        for check in ("answers", "messages", "repeatable", "order", "instances", "odd-values", "cycles", "golden"):
            self.assertIn(check, tap.passed)
        self.assertEqual("it is no library", tap.skipped["exports"])
        self.assertEqual("it is a program, which does this to itself alone", tap.skipped["threads"])

    def test_what_the_kit_finds(self):
        self.assertEqual([], self.check(self.trial).failed)
        cases = self.own / "testdata"
        cases.mkdir()
        for value, check, words in (("exit", "answers", "it ended its process with exit code 7"), ("panic", "answers", "the plugin panicked: as it was told"),
                                    ("panic-elsewhere", "answers", "it ended its process with exit code 2"), ("garbage", "answers", "makes no sense"),
                                    ("count", "repeatable", "")):
            with self.subTest(value):
                (cases / "cases.json").write_text(json.dumps([{"case": value, "scope": "route", "key": "trial", "value": value}]))
                tap = self.check(self.trial, "--testdata", cases, "--only", "answers", "--only", check)
                self.assertEqual([check], tap.failed)
                self.assertIn(words, tap.help[check])
        config = self.own / "config.json"
        config.write_text('{"fail": "there is no such place"}')
        self.assertIn("there is no such place", self.check(self.trial, "--config", config).help["negotiates"])
        stateless = go_plugins.build_trial(SOLDER, self.own / "trial.plugin", "stateless")
        self.assertIn("solder.state/1", self.check(stateless).help["negotiates"])
        self.assertIn("promises solder.state/1", self.translated("one", stateless))

    def test_the_discovery_passes_the_kit(self):
        file = go_plugins.build(SOLDER, go_plugins.CATALOG, self.own / "catalog.plugin")
        tap = self.check(file, "--testdata", go_plugins.CATALOG / "testdata")
        self.assertEqual([], tap.failed, tap.help)
        for check in ("odd-answers", "events-in-time", "services-used", "rests", "forgets", "ends-while-waiting", "golden"):
            self.assertIn(check, tap.passed)

    def test_what_the_kit_finds_in_what_works_by_itself(self):
        for mode, check, words in (("exit", "odd-answers", "it ended its process with exit code 7"), ("slow", "events-in-time", "in which nothing else comes to it"),
                                   ("unfollowed", "services-used", "a list that it publishes is refused with status 7"), ("restless", "rests", "a thousand times"),
                                   ("twice", "odd-answers", "it gave an answer that makes no sense"), ("remembers", "forgets", "it sends requests although there is nothing to follow")):
            with self.subTest(mode):
                file = go_plugins.build(SOLDER, go_plugins.FINDER, self.own / "finder.plugin", mode)
                tap = self.check(file, "--only", "odd-answers", "--only", check)
                self.assertEqual([check], tap.failed, tap.help)
                self.assertIn(words, tap.help[check])
        refused = self.own / "plugins"
        refused.mkdir()
        manifest = json.loads((go_plugins.FINDER / "manifest.json").read_text())
        (self.own / "manifest.json").write_text(json.dumps(manifest | {"needs": [*manifest["needs"], "solder.files/1"]}))
        go_plugins.pack(SOLDER, self.own / "finder.program", self.own / "manifest.json", refused / "finder.plugin")
        listed = json.loads(solder("plugin", "list", "-o", "json", "--plugin-dir", refused).stdout)["plugins"][0]
        self.assertEqual(("MissingService", True), (listed["reason"], "solder.files/1" in listed["message"]), listed)

    def test_timings(self):
        done = solder("plugin", "bench", self.allow_from, "--testdata", go_plugins.ALLOW_FROM / "testdata", "--time", 20, "-o", "json")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        rows = json.loads(done.stdout)["timings"]
        self.assertEqual({("options", 1), ("options", 64), ("host", 1), ("host", 64)}, {(row["operation"], row["inputs"]) for row in rows})

    def test_what_it_cannot_do(self):
        self.assertEqual("one", self.translated("one"))
        guards = solder("plugin", "list", "-o", "json", "--plugin-dir", self.own / "plugins")
        guards = json.loads(guards.stdout)["plugins"][0]["isolation"]
        self.assertEqual("process", guards["mode"])
        if "seccomp" in guards["guards"]:
            self.assertEqual("network: operation not permitted", self.translated("network"))
            self.assertEqual("start: operation not permitted", self.translated("start /bin/true"))
            self.assertEqual("shared: operation not permitted", self.translated("shared"))
        if "landlock" in guards["guards"]:
            self.assertEqual("exec: permission denied", self.translated("exec /bin/true"))
            self.assertEqual("read: permission denied", self.translated("read /etc/passwd"))
            self.assertEqual("write: permission denied", self.translated(f"write {self.own}/file"))
        self.assertEqual("false", self.translated("environment SOLDER"))
        self.assertEqual("false", self.translated("environment SOLDER_PLUGIN_SOCKET"))
        self.assertEqual("false", self.translated("lookup nothing"))
        self.assertRegex(self.translated("memory"), "plugin trial: it.* while in a call")
        self.assertIn("it did not come back in time", self.translated("hang"))

    def test_files_that_are_none(self):
        plugins = self.own / "plugins"
        plugins.mkdir()
        program = self.trial.with_suffix(".program-")
        whole = self.trial.read_bytes()
        for name, content, reason in (("script", b"#!/bin/sh\nexit 0\n", "NotElf"), ("plain", program.read_bytes(), "Truncated"), ("half", whole[:-9], "Truncated"),
                                      ("library", (SHIPPED / "static.so").read_bytes(), "NotElf")):
            with self.subTest(name):
                file = plugins / f"{name}.plugin"
                file.write_bytes(content)
                file.chmod(0o755)
                done = solder("plugin", "list", "-o", "json", "--plugin-dir", plugins)
                self.assertEqual([reason], [each.get("reason") for each in json.loads(done.stdout)["plugins"]])
                file.unlink()
        for mode, words in (("crash", "main.go:"), ("end", "it ended its process with exit code 0 while being opened")):
            with self.subTest(mode):
                file = go_plugins.build_trial(SOLDER, plugins / "trial.plugin", mode)
                done = solder("plugin", "list", "-o", "json", "--plugin-dir", plugins)
                refused = json.loads(done.stdout)["plugins"][0]
                self.assertEqual(("OpenFailed", True), (refused["reason"], words in refused["message"]), refused)
                file.unlink()

    def test_packing(self):
        manifest = self.own / "manifest.json"
        manifest.write_text(go_plugins.trial_manifest())
        program = self.own / "program"
        shutil.copy(self.trial.with_suffix(".program-"), program)
        done = solder("plugin", "pack", program, "--manifest", manifest)
        self.assertEqual((0, f"{self.own}/trial.plugin holds trial 1.0.0\n"), (done.returncode, done.stdout))
        self.assertEqual(self.trial.read_bytes(), (self.own / "trial.plugin").read_bytes())
        manifest.write_text(go_plugins.trial_manifest("one"))
        done = solder("plugin", "pack", program, "--manifest", manifest)
        self.assertEqual(1, done.returncode)
        self.assertIn("manifest.json: /version is \"one\"", done.stderr)
        done = solder("plugin", "pack", manifest, "--manifest", manifest)
        self.assertEqual((1, True), (done.returncode, "manifest.json: it is not an ELF file" in done.stderr), done.stderr)
        self.assertEqual(3, solder("plugin", "pack", self.own / "nothing", "--manifest", manifest).returncode)
        by_hand = subprocess.run([program], capture_output=True, text=True, timeout=60)
        self.assertEqual(2, by_hand.returncode)
        self.assertIn("this is a plugin of Solder's", by_hand.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
