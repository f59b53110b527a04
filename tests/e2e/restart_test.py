"""Solder dies and comes back, or is told to end, while requests go through Envoy."""
import signal
import time
import unittest

from harness import Case, until
from manifests import gateways, prefix_route, upstream, virtual_service


class Restart(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        for name in ("one", "two"):
            world.write(f"{name}.yaml", upstream(name, world.start_backend(name)))
        world.write("routes.yaml", virtual_service("routes", prefix_route("/one", "one") + "\n" + prefix_route("/two", "two")))
        world.start_solder()
        self.envoy = world.start_envoy()
        world.until_status("/two", 200)

    def until_connected_again(self):
        until("Envoy is connected again", lambda: self.envoy.stats("control_plane.connected_state")["control_plane.connected_state"] == 1)

    def kill_and_restart(self):
        world = self.world
        with world.load("a.test/one", "a.test/two") as figures:
            until("the load runs", lambda: self.envoy.stats("http.http.downstream_rq_2xx")["http.http.downstream_rq_2xx"] > 1000)
            world.solder.end(signal.SIGKILL)
            until("Envoy has noticed", lambda: self.envoy.stats("control_plane.connected_state")["control_plane.connected_state"] == 0)
            before = self.envoy.resources_received()
            world.start_solder()
            self.until_connected_again()
            # A change that arrives shows that the stream is caught up; only its own resource may have come.
            world.write("new.yaml", virtual_service("new", prefix_route("/", "one"), "[new.test]"))
            world.until_status("/", 200, host="new.test")
        self.assert_all_ok(figures)
        return before, self.envoy.resources_received()

    def test_killed_and_started_again_a_delta_client_is_sent_nothing_that_it_has(self):
        before, after = self.kill_and_restart()
        moved = {name: (before.get(name, 0), value) for name, value in after.items() if value != before.get(name, 0)}
        self.assertTrue(all("rds." in name for name in moved), moved)
        # The metrics of the new process count what it sent: the one changed route configuration.
        self.assertEqual(1, self.world.metric("solder_xds_resources_sent_total"))

    def burst(self, mark, count=200, killed_at=None):
        world = self.world
        for number in range(count):
            if number == killed_at:
                world.solder.end(signal.SIGKILL)
            route = f"    - {{matchers: [{{prefix: /}}], directResponseAction: {{status: 200, body: {mark}-{number}}}}}"
            world.write(f"burst-{number}.yaml", virtual_service(f"burst-{number}", route, f"[b{number}.test]"))

    def test_killed_in_the_middle_of_a_burst_it_serves_what_the_files_say(self):
        world = self.world
        with world.load("a.test/one", "a.test/two", rate=1000) as figures:
            for mark, killed_at in enumerate((20, 100, 199)):
                self.burst(mark, killed_at=killed_at)
                world.start_solder()
                self.until_connected_again()
                for number in (0, killed_at - 1, killed_at, 199):
                    until(f"the burst is served whole at {number}", lambda number=number, mark=mark: world.get("/", host=f"b{number}.test").text == f"{mark}-{number}")
                self.assertEqual({"Accepted"}, {world.report("VirtualService", f"burst-{number}")["state"] for number in range(0, 200, 20)})
        self.assert_all_ok(figures)
        self.assertEqual({}, {name: value for name, value in self.envoy.stats("update_rejected").items() if value})

    def test_sigterm_ends_in_order_and_in_time(self):
        world = self.world
        with world.load("a.test/one", rate=500) as figures:
            began = time.monotonic()
            self.assertEqual(0, world.solder.end(signal.SIGTERM, 10))
            self.assertLess(time.monotonic() - began, 10)
            until("Envoy has noticed", lambda: self.envoy.stats("control_plane.connected_state")["control_plane.connected_state"] == 0)
            world.start_solder()
            self.until_connected_again()
            until("the load went on", lambda: self.envoy.stats("http.http.downstream_rq_2xx")["http.http.downstream_rq_2xx"] > 300)
        self.assert_all_ok(figures)

    def test_sigint_with_nobody_connected_ends_too(self):
        self.envoy.end(signal.SIGKILL)
        self.assertEqual(0, self.world.solder.end(signal.SIGINT, 10))


if __name__ == "__main__":
    unittest.main()
