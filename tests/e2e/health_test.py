"""Hosts that do not answer well get no requests, and no host gets more than it may."""
import collections
import threading
import unittest

from harness import Case, until
from manifests import gateways, prefix_route, upstream_of, virtual_service

CHECK = "timeout: 1s, interval: 0.1s, noTrafficInterval: 0.1s, unhealthyThreshold: 1, healthyThreshold: 1"


class Health(Case):
    def serve(self, *upstreams, routes=("pair",), settings=""):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", "---\n".join(upstreams))
        world.write("routes.yaml", virtual_service("routes", "\n".join(prefix_route(f"/{name}", name) for name in routes)))
        if settings:
            world.write("settings.yaml", settings)
        world.start_solder()
        self.envoy = world.start_envoy()
        return world

    def healthy(self, name):
        return self.envoy.stats(f"^cluster.{name}_gloo-system.membership_healthy$")[f"cluster.{name}_gloo-system.membership_healthy"]

    def backends(self, path, count=12):
        """How many of the requests each backend answered, or a status where it was not 200."""
        answers = [self.world.get(path) for _ in range(count)]
        return collections.Counter(answer.backend if answer.status == 200 else answer.status for answer in answers)

    def test_http_and_tcp_checks_find_the_host_that_serves(self):
        world = self.world
        good, bad = world.start_backend("good"), world.start_backend("bad")
        http = "httpHealthCheck: {path: /status-of/bad/500, host: check.test, requestHeadersToAdd: [{header: {key: x-check, value: 'yes'}}]}"
        self.serve(upstream_of("http", good, bad, more=f"  healthChecks: [{{{CHECK}, {http}}}]"),
                   upstream_of("tcp", good, 1, more=f"  healthChecks: [{{{CHECK}, tcpHealthCheck: {{}}}}]"),
                   upstream_of("other", good, bad, more=f"  healthChecks: [{{{CHECK}, httpHealthCheck: {{path: /status-of/bad/500, expectedStatuses: [{{start: 500, end: 501}}]}}}}]"),
                   routes=("http", "tcp", "other"))
        for name, only in (("http", "good"), ("tcp", "good"), ("other", "bad")):
            until(f"{name} has one healthy host", lambda name=name: self.healthy(name) == 1)
            self.assertEqual({only: 12}, self.backends(f"/{name}"))
        world.edit("upstreams.yaml", "/status-of/bad/500, host", "/, host")
        until("both are healthy after the change", lambda: set(self.backends("/http")) == {"good", "bad"})

    def test_a_host_that_fails_is_left_out(self):
        world = self.world
        self.serve(upstream_of("pair", world.start_backend("good"), world.start_backend("bad"),
                               more="  outlierDetection: {consecutive5xx: 2, interval: 0.1s, baseEjectionTime: 60s, maxEjectionPercent: 50}"))
        world.until_status("/pair", 200)
        until("the failing host is ejected", lambda: self.backends("/pair/status-of/bad/500") == {"good": 12})
        self.assertEqual(1, self.envoy.stats("pair_gloo-system.outlier_detection.ejections_active$")["cluster.pair_gloo-system.outlier_detection.ejections_active"])

    def answers_at_once(self, path, count=4):
        """Statuses of requests that are under way together."""
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.world.get(path))) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return collections.Counter(answer.status for answer in answers)

    def test_limits_of_the_upstream_and_of_settings(self):
        world = self.world
        port = world.start_backend("one")
        settings = """
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {name: default, namespace: gloo-system}
spec: {gloo: {circuitBreakers: {maxRequests: 1}}}
"""
        self.serve(upstream_of("limited", port), upstream_of("free", port, more="  circuitBreakers: {maxRequests: 100}"), routes=("limited", "free"), settings=settings)
        world.until_status("/limited", 200)
        self.assertEqual({200: 4}, self.answers_at_once("/free/delay/300"))
        limited = self.answers_at_once("/limited/delay/300")
        self.assertGreater(limited[503], 0, limited)
        self.assertGreater(limited[200], 0, limited)
        world.edit("settings.yaml", "maxRequests: 1", "maxRequests: 4")
        until("the default of Settings has changed", lambda: self.answers_at_once("/limited/delay/100") == {200: 4})


if __name__ == "__main__":
    unittest.main()
