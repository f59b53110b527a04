"""Discovery in a process of its own, beside a server: what it finds is served, one process works at a time, and another takes over."""
import signal
import unittest

from gcf_discovery_test import function
from google_fixture import GoogleCase, gcp_route
from harness import BUILD, Process, until
from manifests import virtual_service


class DiscoveryProcess(GoogleCase):
    def setUp(self):
        super().setUp()
        self.world.write("upstream.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: found, namespace: gloo-system}}
spec:
  gcp:
    project: proj
    region: us-central1
    secretRef: {{name: account, namespace: gloo-system}}
    functions: [{{functionName: hand}}]
    gcpOptions: {{endpoint: 'http://127.0.0.1:{self.port}', api: 'http://127.0.0.1:{self.port}'}}
""")
        self.world.write("routes.yaml", virtual_service("web", "".join(gcp_route(f"/{name}", "found", name) for name in ("one", "two", "hand"))))
        (self.world.directory / "config.yaml").write_text("pluginConfig: {gcf: {listEverySeconds: 1}}\n")
        self.control(functions={"v2/functions": [function("one")]})

    def discovery(self, name):
        command = [BUILD / "bin/solder", "discovery", "--config", self.world.directory / "config.yaml", "--config-dir", self.world.manifests, "--plugin-dir", BUILD / "lib/solder/plugins",
                   "--state-dir", self.world.directory / "state"]
        process = Process(name, command, self.world.directory / f"{name}.log")
        self.world.processes.append(process)
        return process

    def lists(self):
        return self.seen()["lists"].get("v2/functions", 0)

    def files(self):
        return {path: path.stat().st_mtime_ns for path in (self.world.directory / "state/discovered").rglob("*.yaml")}

    def test_beside_a_server_that_does_not_discover(self):
        self.world.start_solder("--config", self.world.directory / "config.yaml", "--no-discovery")
        self.world.start_envoy()
        self.call("/hand")
        self.call("/one", 500)
        self.assertEqual(0, self.lists())
        first = self.discovery("first")
        self.call("/one")
        second = self.discovery("second")
        before, asked = self.files(), self.lists()
        until("it was listed twice more", lambda: self.lists() >= asked + 2)
        self.assertEqual(before, self.files())
        self.control(throttle=1000)
        self.world.until_state("Upstream", "found", "Warning", "DiscoveryFailed", "429")
        self.assertNotIn("discovering", second.log.read_text())
        first.end(signal.SIGKILL)
        self.control(throttle=0, functions={"v2/functions": [function("one"), function("two")]})
        self.call("/two")
        self.assertIn("discovering", second.log.read_text())
        self.world.until_state("Upstream", "found", "Accepted")
        self.assertEqual(200, self.world.get("/hand").status)
        self.assertEqual(0, second.end())

    def test_a_server_takes_over(self):
        process = self.discovery("first")
        until("it was found", self.files)
        self.world.start_solder("--config", self.world.directory / "config.yaml")
        self.world.start_envoy()
        self.call("/one")
        process.end(signal.SIGKILL)
        self.control(functions={"v2/functions": [function("two")]})
        self.call("/two")
        self.call("/one", 500)


if __name__ == "__main__":
    unittest.main()
