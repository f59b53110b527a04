#!/usr/bin/env python3
"""The conformance kit: for each check a plugin that fails it and nothing else, good ones that pass, TAP, JUnit, cases.

SOLDER names the program, PLUGINS the directory with the plugins of these tests."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

SOLDER, PLUGINS = os.environ["SOLDER"], pathlib.Path(os.environ["PLUGINS"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = pathlib.Path(SOLDER).resolve().parents[1] / "lib/solder/plugins"

# check → plugin that fails it.
FAILS = {
    "file": "broken",
    "manifest": "bad_manifest_fields",
    "exports": "kit_extra_export",
    "unique-symbols": "kit_unique_symbol",
    "libraries": "bad_protobuf",
    "run-path": "kit_run_path",
    "executable-stack": "kit_executable_stack",
    "text-relocations": "kit_text_relocations",
    "opens": "bad_undefined",
    "negotiates": "bad_declined",
    "unload": "kit_not_unloadable",
    "newer-hosts": "kit_old_hosts_only",
    "unknown-capabilities": "kit_any_capability",
    "odd-configuration": "kit_bad_configuration",
    "answers": "kit_wrong_slot",
    "messages": "kit_wrong_message",
    "repeatable": "kit_counts_calls",
    "order": "kit_sees_neighbours",
    "instances": "kit_shared_instances",
    "longer-structs": "kit_by_sizeof",
    "any-thread": "kit_one_thread",
    "state": "kit_refuses_own_state",
    "odd-state": "kit_trusts_state",
    "side-by-side": "kit_one_image",
    "in-time": "kit_slow",
    "text-ends": "kit_reads_past_text",
    "inputs-unwritten": "kit_writes_input",
    "inputs-borrowed": "kit_keeps_input",
    "odd-values": "kit_long_value",
    "leaks": "kit_leaks",
    "threads": "kit_thread",
    "descriptors": "kit_descriptor",
    "environment": "kit_environment",
    "signals": "kit_signals",
    "unmaps": "kit_pinned",
    "cycles": "kit_cycle_leak",
    "odd-answers": "kit_crashes_at_errors",
    "events-in-time": "kit_slow_events",
    "services-used": "kit_publishes_nonsense",
    "rests": "kit_restless",
    "forgets": "kit_never_forgets",
    "ends-while-waiting": "kit_waits_at_end",
    "golden": "good",
}
# Further ways to fail a check: crashes, hangs, and what loading refuses.
ALSO_FAIL = {
    "bad_no_manifest": "manifest", "bad_manifest_json": "manifest", "bad_needs_service": "manifest",
    "bad_no_entry": "exports", "bad_open_failed": "opens", "swap_crash_open": "opens", "bad_create_throws": "negotiates",
    "bad_name_mismatch": "negotiates", "bad_missing_capability": "negotiates",
    "swap_crash_call": "answers", "swap_hang": "negotiates", "good_unflagged": "unload",
}
LINE = re.compile(r"^(not )?ok (\d+) - ([a-z-]+): ([^#]*)(# SKIP (.*))?$")


def solder(*arguments):
    return subprocess.run([SOLDER, "plugin", *map(str, arguments)], capture_output=True, text=True, timeout=120)


class Tap:
    def __init__(self, text):
        lines = text.splitlines()
        assert lines[0] == "TAP version 14", text
        self.failed, self.skipped, self.passed, self.help = [], {}, [], {}
        count = 0
        for number, line in enumerate(lines):
            if not (match := LINE.match(line)):
                continue
            count += 1
            assert int(match[2]) == count, line
            if match[1]:
                self.failed.append(match[3])
                self.help[match[3]] = "\n".join(lines[number + 1:number + 5])
            elif match[5]:
                self.skipped[match[3]] = match[6]
            else:
                self.passed.append(match[3])
        assert lines[1] == f"1..{count}", text


class Conformance(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.scratch = pathlib.Path(directory.name)

    def check(self, file, *arguments):
        done = solder("check", file, "--patience", 5000, *arguments)
        self.assertEqual("", done.stderr)
        tap = Tap(done.stdout)
        self.assertEqual(1 if tap.failed else 0, done.returncode)
        return tap

    def cases(self, expect):
        directory = self.scratch / "testdata"
        directory.mkdir(exist_ok=True)
        case = {"case": "a text", "key": "good", "scope": "route", "value": "text", "expect": expect}
        (directory / "cases.json").write_text(json.dumps([case]))
        return directory

    def file_for(self, check, plugin):
        if check != "file":
            return PLUGINS / f"{plugin}.so"
        (self.scratch / "broken.so").write_bytes((PLUGINS / "good.so").read_bytes()[:3000])
        (self.scratch / "broken.so").chmod(0o755)
        return self.scratch / "broken.so"

    def test_each_check_has_a_plugin_that_fails_it_and_no_other(self):
        wrong = self.cases({"fragments": []})

        def found(item):
            check, plugin = item
            return check, self.check(self.file_for(check, plugin), *(["--testdata", wrong] if check == "golden" else []))

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for check, tap in pool.map(found, FAILS.items()):
                with self.subTest(check):
                    self.assertEqual([check], tap.failed, tap.help)
                    self.assertRegex(tap.help[check], r'message: ".+"\n  help: ".+"')

    def test_other_ways_to_fail(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            taps = pool.map(lambda plugin: self.check(PLUGINS / f"{plugin}.so"), ALSO_FAIL)
            for (plugin, check), tap in zip(ALSO_FAIL.items(), taps):
                with self.subTest(plugin):
                    self.assertEqual([check], tap.failed, tap.help)

    def test_good_ones_pass(self):
        for plugin in ("good", "good_resident", "good_tls", "swap_1"):
            with self.subTest(plugin):
                tap = self.check(PLUGINS / f"{plugin}.so")
                self.assertEqual([], tap.failed, tap.help)
                self.assertIn("cycles", tap.passed)

    def test_what_works_by_itself_is_played_with(self):
        for plugin in ("good_finder", "good_watcher"):
            with self.subTest(plugin):
                tap = self.check(PLUGINS / f"{plugin}.so", *(["--config", self.configuration({"url": "http://127.0.0.1:1/"})] if plugin == "good_watcher" else []))
                self.assertEqual([], tap.failed, tap.help)
                self.assertLessEqual({"odd-answers", "events-in-time", "services-used", "rests", "ends-while-waiting"}, set(tap.passed))
                self.assertEqual(plugin == "good_finder", "forgets" in tap.passed)
        self.assertEqual("nothing of it works by itself", self.check(PLUGINS / "good.so").skipped["odd-answers"])

    def configuration(self, value):
        file = self.scratch / "config.json"
        file.write_text(json.dumps(value))
        return file

    def test_what_depends_on_a_failed_check_is_skipped(self):
        tap = self.check(PLUGINS / "kit_counts_calls.so")
        self.assertEqual("repeatable did not pass", tap.skipped["order"])
        self.assertIn("leaks", tap.passed)

    def test_cases_are_compared_and_written(self):
        directory = self.cases({"fragments": [{"slot": "route", "message": {}}]})
        self.assertIn("golden", self.check(PLUGINS / "good.so", "--testdata", directory).passed)
        wrong = self.cases({})
        self.assertEqual(["golden"], self.check(PLUGINS / "good.so", "--testdata", wrong, "--only", "golden").failed)
        self.check(PLUGINS / "good.so", "--testdata", wrong, "--only", "golden", "--update")
        self.assertEqual([], self.check(PLUGINS / "good.so", "--testdata", wrong, "--only", "golden").failed)

    def test_a_case_that_cannot_be_read_is_named(self):
        directory = self.scratch / "testdata"
        directory.mkdir()
        for text, words in (("{}", "no list of cases"), ('[{"case": "x", "key": "other", "value": 1}]', "no manifest claims"),
                            ('[{"case": "x"}]', "x: ")):
            (directory / "cases.json").write_text(text)
            done = solder("check", PLUGINS / "good.so", "--testdata", directory)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn(words, done.stderr)

    def test_junit(self):
        report = self.scratch / "report.xml"
        done = solder("check", PLUGINS / "kit_environment.so", "-o", "junit", "--junit", report)
        self.assertEqual(done.stdout, report.read_text())
        suite = xml.etree.ElementTree.fromstring(done.stdout).find("testsuite")
        self.assertEqual(("1", str(len(FAILS))), (suite.get("failures"), suite.get("tests")))
        bad = [case for case in suite if case.find("failure") is not None]
        self.assertEqual(["environment"], [case.get("name") for case in bad])
        self.assertIn("SOLDER_TEST_LEFT_BEHIND=1", bad[0].find("failure").get("message"))
        self.assertTrue(bad[0].find("failure").text)
        self.assertEqual(int(suite.get("skipped")), len(suite.findall("testcase/skipped")))

    def test_seeds_choose_the_values(self):
        for seed in (1, 2):
            tap = self.check(PLUGINS / "kit_long_value.so", "--seed", seed)
            self.assertEqual(["odd-values"], tap.failed)

    def test_exit_codes(self):
        self.assertEqual(3, solder("check", self.scratch / "nothing.so").returncode)
        self.assertEqual(3, solder("check", PLUGINS / "good.so", "--testdata", self.scratch / "nothing").returncode)
        self.assertEqual(2, solder("check", PLUGINS / "good.so", "--only", "nothing").returncode)

    def test_a_configuration_is_handed_on(self):
        config = self.scratch / "config.json"
        config.write_text('{"a": 1}')
        self.assertEqual(["negotiates"], self.check(PLUGINS / "kit_bad_configuration.so", "--config", config).failed)

    def test_python_files(self):
        good = ROOT / "examples/plugins/python/maintenance.py"
        tap = self.check(good)
        self.assertEqual([], tap.failed, tap.help)
        self.assertEqual("it is no library", tap.skipped["exports"])
        self.assertIn("cycles", tap.passed)
        bad = self.scratch / "bad.py"
        head = 'import solder, os\ncount = []\n@solder.option("route", "bad", schema={"type": "string"})\ndef bad(item, out):\n'
        for body, check in (("    raise KeyError(1)\n", "answers"), ("    os.abort()\n", "answers"),
                            ('    count.append(1)\n    out.fragment("route", {"stat_prefix": str(len(count))})\n', "repeatable"),
                            ('    out.fragment("route", {"nothing": 1})\n', "messages"),
                            ("    os.environ['SOLDER_TEST_LEFT_BEHIND'] = '1'\n", "environment")):
            with self.subTest(body):
                bad.write_text(head + body)
                bad.chmod(0o644)
                self.assertEqual([check], self.check(bad, "--only", "answers", "--only", check).failed)
        bad.write_text("import solder\nfor\n")
        self.assertEqual(["manifest"], self.check(bad).failed)

    def test_the_guide_lists_every_check(self):
        guide = (ROOT / "docs/plugins/checking.md").read_text().split("## The checks")[1]
        self.assertEqual(list(FAILS), re.findall(r"^\| `([a-z-]+)` \|", guide, re.M))


class Shipped(unittest.TestCase):
    def test_those_that_ship_pass(self):
        # What takes longest is tried on a few.
        quick = [word for check in FAILS if check not in ("leaks", "cycles") for word in ("--only", check)]

        def found(file):
            name = file.stem
            some = [] if name in ("routing", "tls", "kubernetes", "aws_lambda") else quick
            return name, Tap(solder("check", file, "--testdata", ROOT / "plugins" / name / "testdata", *some).stdout)

        files = [file for file in sorted(SHIPPED.glob("*.so")) if (ROOT / "plugins" / file.stem / "testdata").is_dir()]
        self.assertGreater(len(files), 30)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for name, tap in pool.map(found, files):
                with self.subTest(name):
                    self.assertEqual([], tap.failed, tap.help)
                    self.assertIn("golden", tap.passed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
