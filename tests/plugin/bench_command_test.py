#!/usr/bin/env python3
"""`solder plugin bench`: a row for each operation and key, in batches of 1 and 64, for people and for programs.

SOLDER names the program, PLUGINS the directory with the plugins of these tests."""
import json
import os
import pathlib
import subprocess
import unittest

SOLDER, PLUGINS = os.environ["SOLDER"], pathlib.Path(os.environ["PLUGINS"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = pathlib.Path(SOLDER).resolve().parents[1] / "lib/solder/plugins"


def bench(file, *arguments):
    return subprocess.run([SOLDER, "plugin", "bench", file, "--time", "20", *map(str, arguments)], capture_output=True, text=True,
                          timeout=120)


class Bench(unittest.TestCase):
    def rows(self, file, *arguments):
        done = bench(file, "-o", "json", *arguments)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return json.loads(done.stdout)["timings"]

    def test_rows(self):
        rows = self.rows(SHIPPED / "static.so", "--testdata", ROOT / "plugins/static/testdata")
        self.assertEqual([("clusters", "", "static", 1), ("clusters", "", "static", 64), ("host", "", "", 1), ("host", "", "", 64)],
                         [(row["operation"], row["scope"], row["key"], row["inputs"]) for row in rows])
        for row in rows:
            self.assertGreaterEqual(row["calls"], 20)
            self.assertGreater(row["call_us"]["median"], 0)
            self.assertGreaterEqual(row["call_us"]["p99"], row["call_us"]["median"])
            self.assertAlmostEqual(row["input_us"]["median"], row["call_us"]["median"] / row["inputs"])

    def test_what_is_slow_shows(self):
        option = next(row for row in self.rows(PLUGINS / "kit_slow.so") if row["operation"] == "options" and row["inputs"] == 1)
        self.assertEqual(("route", "kit_slow"), (option["scope"], option["key"]))
        self.assertGreater(option["call_us"]["median"], 10000)

    def test_the_table(self):
        done = bench(ROOT / "examples/plugins/python/maintenance.py")
        self.assertEqual(0, done.returncode, done.stderr)
        head, *lines = done.stdout.splitlines()
        self.assertEqual(["OPERATION", "SCOPE", "KEY", "INPUTS", "CALLS"], head.split()[:5])
        self.assertEqual([["options", "route", "maintenance", "1"], ["options", "route", "maintenance", "64"], ["host", "-", "-", "1"],
                          ["host", "-", "-", "64"]], [line.split()[:4] for line in lines])

    def test_what_cannot_be_measured(self):
        done = bench(PLUGINS / "bad_declined.so")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("its entry returned NULL", done.stderr)
        done = bench(PLUGINS / "swap_crash_call.so")
        self.assertEqual(1, done.returncode)
        self.assertIn("it ended by", done.stderr)
        self.assertEqual(3, bench(PLUGINS / "nothing.so").returncode)


if __name__ == "__main__":
    unittest.main(verbosity=2)
