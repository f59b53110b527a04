"""bench/run.py on a tiny world: the lines have their shape, and every number in them was measured.

No time is compared with anything. What is compared is what was counted: bytes that Solder and the peers sent for the same
world, events that arrived. Ends with 77 (skipped) where there is no Go to build the peers and the clients with.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SOLDER_BUILD", ROOT / "build")).resolve()
SKIPPED = 77
sys.path.insert(0, str(ROOT / "bench"))
from harness import page, scenarios  # noqa: E402
from harness.processes import Clients, Failed, Solder  # noqa: E402
from harness.results import Results  # noqa: E402
from harness.systems import System  # noqa: E402
from harness.world import ROLE, Shape, World  # noqa: E402

WORLD = "20,4,3"
CLIENTS, RATE, SECONDS = 7, 50, 2
SIZES = ["--clients", CLIENTS, "--changes", 3, "--fleet-changes", 2, "--engine-rounds", 5, "--churn-rate", RATE, "--churn-seconds", SECONDS, "--discovered", 10]
SHAPE_KEYS = {"scenario", "world", "solder_ms", "peer", "peer_ms", "ratio"}
COMPARED = {"one_route_changed", "fanout_delta", "connect_storm", "endpoint_churn", "fanout_sotw", "connect_storm_sotw"}
ALONE = {"cold_translation", "one_route_changed_engine"}


def run(*arguments):
    return subprocess.run([sys.executable, ROOT / "bench/run.py", "--build", BUILD, *map(str, arguments)], capture_output=True, text=True, timeout=600)


class QuickRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.result = run("--quick", "--worlds", WORLD, *SIZES)
        cls.lines = {line["scenario"]: line for line in map(json.loads, cls.result.stdout.splitlines())}

    def test_it_prints_one_line_of_json_for_each_scenario_and_nothing_else(self):
        self.assertEqual(0, self.result.returncode, self.result.stderr)
        self.assertEqual(COMPARED | ALONE, set(self.lines), self.result.stderr)
        self.assertEqual(len(self.lines), len(self.result.stdout.splitlines()))
        for line in self.lines.values():
            self.assertLessEqual(SHAPE_KEYS, set(line))
            self.assertEqual(WORLD, line["world"])
            self.assertGreater(line["solder_ms"], 0)

    def test_a_ratio_is_ours_divided_by_the_peers(self):
        for name in COMPARED:
            line = self.lines[name]
            self.assertIn("go-control-plane", line["peer"])
            self.assertAlmostEqual(1, line["solder_ms"] / line["peer_ms"] / line["ratio"], delta=0.01, msg=line)

    def test_where_no_peer_does_the_work_the_reason_stands_there(self):
        for name in ALONE:
            self.assertEqual((None, None, None), tuple(self.lines[name][key] for key in ("peer", "peer_ms", "ratio")))
            self.assertIn("no peer does that work", self.lines[name]["reason"])

    def test_solder_and_the_peers_served_the_same_content(self):
        # The best peer of the storm may have all routes in one configuration, and so a few names less.
        for name, tolerance in (("one_route_changed", 0.1), ("fanout_sotw", 0.1), ("connect_storm", 0.3)):
            line = self.lines[name]
            self.assertGreater(line["solder_bytes"], 300, line)
            self.assertAlmostEqual(1, line["solder_bytes"] / line["peer_bytes"], delta=tolerance, msg=line)

    def test_a_changed_route_costs_each_client_its_route_configuration_and_no_more(self):
        whole, one = self.lines["connect_storm"]["solder_bytes"], self.lines["fanout_delta"]["solder_bytes"]
        self.assertLess(one, whole / 2)

    def test_every_endpoint_arrived_and_nothing_else_was_sent(self):
        line = self.lines["endpoint_churn"]
        for side in ("solder", "peer"):
            self.assertEqual(RATE * SECONDS, line[f"{side}_events"])
            self.assertEqual(0, line[f"{side}_cds_lds_rds_bytes"])
            self.assertGreater(line[f"{side}_bytes"], RATE * SECONDS * 10)


class Honesty(unittest.TestCase):
    """A figure cannot come from anything but an arrival."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="solder-bench-test-")
        self.addCleanup(directory.cleanup)
        self.world = World(f"{directory.name}/world", Shape.parse(WORLD))

    def test_a_change_that_does_not_arrive_is_a_failure(self):
        with Solder(BUILD, self.world) as server, Clients(BUILD, self.world) as clients:
            clients.do("connect", address=server.address, kind="delta", role=ROLE, clients=2)
            arrives = clients.do("change", change=self.world.next_change())
            self.assertLessEqual(arrives["first_ms"], arrives["last_ms"])
            elsewhere = {**self.world.next_change(), "target": str(self.world.directory / "unwatched.yaml")}
            with self.assertRaisesRegex(Failed, "not every client had the changed route"):
                clients.do("change", change=elsewhere, seconds=1)

    def test_a_client_that_is_promised_more_than_there_is_is_a_failure(self):
        with Solder(BUILD, self.world) as server, Clients(BUILD, self.world) as clients:
            with self.assertRaisesRegex(Failed, "not every client had everything"):
                clients.do("connect", address=server.address, kind="delta", role=ROLE, clients=1, routes=[*self.world.route_configurations, "not-there"], seconds=1)

    def test_a_server_that_ends_is_a_failure(self):
        with Solder(BUILD, self.world) as server, Clients(BUILD, self.world) as clients:
            clients.do("connect", address=server.address, kind="delta", role=ROLE, clients=1)
            server.stop()
            with self.assertRaises(Failed):
                clients.do("change", change=self.world.next_change(), seconds=10)


class Pieces(unittest.TestCase):
    def test_the_best_peer_is_the_quickest(self):
        results = Results()
        for system, times in ((System("solder", "delta", "many"), [4.0, 2.0, 3.0]), (System("snapshot", "delta", "many"), [30.0]), (System("linear", "delta", "many"), [6.0])):
            results.add("fanout_delta", WORLD, system, scenarios.Sample(times))
        line, = results.lines()
        self.assertEqual((3.0, System("linear", "delta", "many").label, 6.0, 0.5), (line["solder_ms"], line["peer"], line["peer_ms"], line["ratio"]))

    def test_a_peer_that_failed_leaves_its_words(self):
        results = Results()
        results.add("fanout_delta", WORLD, System("solder", "delta", "many"), scenarios.Sample([1.0]))
        results.fail("fanout_delta, round 1", WORLD, System("linear", "delta", "many"), "it ended")
        line, = results.lines()
        self.assertEqual((None, None), (line["peer"], line["ratio"]))
        self.assertIn("it ended", line["reason"])

    def test_the_plugin_boundary_is_measured_both_ways(self):
        found = scenarios.plugin_boundary(BUILD)
        self.assertEqual(64, found["batch"])
        self.assertGreater(found["direct_ns"], 0)
        self.assertGreater(found["hosted_ns"], 0)
        self.assertGreater(found["isolated_ns"], found["hosted_ns"])

    def test_a_shape_of_ones_own_is_measured(self):
        found = scenarios.other_shapes(BUILD, (("few", "one_route_changed", "2,2,2"), ("used by all", "one_upstream_changed", "1,2,2")), 3)
        self.assertEqual({"few, ms", "used by all, ms"}, set(found))
        self.assertTrue(all(value > 0 for value in found.values()), found)

    def test_memory_is_read_after_the_routes_came_and_after_they_went(self):
        with tempfile.TemporaryDirectory(prefix="solder-bench-test-") as directory:
            world = World(f"{directory}/world", Shape(5, 1, 5))
            found = scenarios.memory_after_scaling(BUILD, world, System("solder", "delta", "one"), 2, 50)
        self.assertEqual(2, len(found["after_mb"]))
        self.assertGreaterEqual(found["largest_mb"], found["start_mb"])

    def test_the_page_and_the_plot_show_every_system(self):
        results = Results()
        systems = [System("solder", "delta", "many"), System("linear", "delta", "many")]
        for system in systems:
            results.add("fanout_delta", WORLD, system, scenarios.Sample([1.5, 2.5], cpu_ms=3.0, memory_mb=40.0, bytes={"RouteConfiguration": 10}))
        with tempfile.TemporaryDirectory() as directory:
            page.write(results, pathlib.Path(directory), 60)
            written = {path.name: path.read_text() for path in pathlib.Path(directory).iterdir()}
        for name in ("results.md", "results.svg"):
            for system in systems:
                self.assertIn(system.label.replace("go-control-plane v0.14.0 ", ""), written[name])
        xml.etree.ElementTree.fromstring(written["results.svg"])
        self.assertEqual(1, len(written["results.jsonl"].splitlines()))

    def test_the_go_parts_pass_their_own_tests(self):
        go = subprocess.run([ROOT / "bench/build_peers.sh", "--find"], capture_output=True, text=True, check=True).stdout.strip()
        result = subprocess.run([go, "test", "./..."], cwd=ROOT / "bench/peers", capture_output=True, text=True, env={**os.environ, "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"})
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)
        unformatted = subprocess.run([pathlib.Path(go).with_name("gofmt"), "-l", "."], cwd=ROOT / "bench/peers", capture_output=True, text=True, check=True).stdout
        self.assertEqual("", unformatted)


if __name__ == "__main__":
    if subprocess.run([ROOT / "bench/build_peers.sh", "--find"], capture_output=True).returncode != 0:
        print("skipped: no Go that is new enough for bench/peers is on the path, in /usr/local/go or in the cache (`make bench-quick` fetches one)")
        sys.exit(SKIPPED)
    subprocess.run([ROOT / "bench/build_peers.sh", BUILD / "bench/peers"], check=True)
    unittest.main()
