"""Changes of every kind, one after the other, under traffic through a real Envoy: no answer but 200.

SOLDER_SOAK_ROUNDS=1000 SOLDER_SOAK_RATE=5000 make it the long one; by default it is short enough for every run.
"""
import os
import random
import time
import unittest

from certificates import make
from harness import Case
from manifests import gateways, ssl_config, tls_secret, to, upstream, virtual_service

ROUNDS = int(os.environ.get("SOLDER_SOAK_ROUNDS", "60"))
RATE = int(os.environ.get("SOLDER_SOAK_RATE", "1000"))
PATHS = [f"/path-{number}" for number in range(8)]
HEALTH_CHECKS = """  healthChecks:
  - {timeout: 1s, interval: 1s, unhealthyThreshold: 3, healthyThreshold: 1, httpHealthCheck: {path: /}}
"""


class Soak(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        self.random = random.Random(7)
        self.ports = [world.start_backend("a"), world.start_backend("b")]
        self.targets = {path: "one" for path in PATHS}
        self.upstreams = {"one": 0, "two": 1}
        self.order = list(PATHS)
        self.checked = False
        self.renamed = 0
        self.pairs = [make("soak.test") for _ in range(2)]
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        for name in self.upstreams:
            self.save_upstream(name)
        self.save_routes()
        self.rotate(0)
        world.write("tls.yaml", virtual_service("tls", "    - {matchers: [{prefix: /}], directResponseAction: {status: 200}}", domains="[soak.test]", ssl=ssl_config("soak", "soak.test")))
        world.start_solder()
        self.envoy = world.start_envoy()
        for path in PATHS:
            world.until_status(path, 200)

    def save_upstream(self, name):
        self.world.write(f"upstream-{name}.yaml", upstream(name, self.ports[self.upstreams[name]], HEALTH_CHECKS if self.checked else ""))

    def save_routes(self):
        routes = "\n".join(f"    - {{matchers: [{{prefix: {path}}}], routeAction: {{{to(self.targets[path])}}}}}" for path in self.order)
        self.world.write("routes.yaml", virtual_service("routes", routes))

    def rotate(self, round_number):
        pair = self.pairs[round_number % 2]
        self.world.write("secret.yaml", tls_secret("soak", pair.certificate, pair.key))

    def reorder(self, _):
        self.random.shuffle(self.order)
        self.save_routes()

    def swap(self, _):
        self.targets[self.random.choice(PATHS)] = self.random.choice(sorted(self.upstreams))
        self.save_routes()

    def rename(self, _):
        """As people do it: all files are saved one after the other, in an order that a config without care would break on."""
        old = self.random.choice(sorted(self.upstreams))
        self.renamed += 1
        new = f"renamed-{self.renamed}"
        self.upstreams[new] = self.upstreams.pop(old)
        self.targets = {path: new if target == old else target for path, target in self.targets.items()}
        self.save_upstream(new)
        self.save_routes()
        self.world.remove(f"upstream-{old}.yaml")

    def change_checks(self, round_number):
        self.rotate(round_number)
        self.checked = not self.checked
        for name in self.upstreams:
            self.save_upstream(name)

    def test_nothing_is_lost(self):
        targets = [f"example.com{path}" for path in PATHS]
        with self.world.load(*targets, rate=RATE) as figures:
            for round_number in range(ROUNDS):
                self.random.choice([self.reorder, self.swap, self.rename, self.change_checks])(round_number)
                time.sleep(0.02)
            for name in self.upstreams:
                self.world.until_state("Upstream", name, "Accepted")
            self.world.until_state("VirtualService", "routes", "Accepted")
            time.sleep(0.5)
        self.assert_all_ok(figures)


if __name__ == "__main__":
    unittest.main(verbosity=2)
