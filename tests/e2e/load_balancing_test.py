"""Which host a request goes to."""
import collections
import unittest

from harness import Case, until
from manifests import gateways, prefix_route, upstream_of, virtual_service

CHECK = "healthChecks: [{timeout: 1s, interval: 0.1s, noTrafficInterval: 0.1s, unhealthyThreshold: 1, healthyThreshold: 1, httpHealthCheck: {path: /status/500}}]"


class LoadBalancing(Case):
    def test_kinds_of_balancing_and_panic(self):
        world = self.world
        ports = [world.start_backend(name) for name in ("one", "two")]
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        kinds = {
            "turn": "  loadBalancerConfig: {roundRobin: {}}",
            "least": "  loadBalancerConfig: {leastRequest: {choiceCount: 2, slowStartConfig: {slowStartWindow: 1s, aggression: 2, minWeightPercent: 20}}}",
            "any": "  loadBalancerConfig: {random: {}, updateMergeWindow: 0s}",
            "ring": "  loadBalancerConfig: {ringHash: {ringHashConfig: {minimumRingSize: 10, maximumRingSize: 200}}, closeConnectionsOnHostSetChange: true}",
            "maglev": "  loadBalancerConfig: {maglev: {}, useHostnameForHashing: true}",
            "panics": f"  {CHECK}",
            "strict": f"  loadBalancerConfig: {{healthyPanicThreshold: 0}}\n  {CHECK}",
        }
        upstreams = "---\n".join(upstream_of(name, *ports, more=more) for name, more in kinds.items() if name != "maglev")
        # Envoy hashes host names for hosts from DNS alone.
        named = upstream_of("maglev", *ports, more=kinds["maglev"]).replace("127.0.0.1", "localhost", 1)
        world.write("upstreams.yaml", f"{upstreams}---\n{named}")
        world.write("routes.yaml", virtual_service("routes", "\n".join(prefix_route(f"/{name}", name) for name in kinds)))
        world.start_solder()
        envoy = world.start_envoy()
        for name in ("turn", "least", "any", "ring", "maglev"):
            world.until_status(f"/{name}", 200)
            seen = set()
            until(f"{name} reaches both hosts", lambda name=name, seen=seen: seen.add(world.get(f"/{name}").backend) or len(seen) == 2)
        # Each of Envoy's two workers takes turns for itself, so neither host is more than one ahead for each of them.
        counts = collections.Counter(world.get("/turn").backend for _ in range(40))
        self.assertLessEqual(abs(counts["one"] - counts["two"]), 2, counts)
        for name in ("panics", "strict"):
            until(f"{name} has no healthy host", lambda name=name: envoy.stats(f"cluster.{name}_gloo-system.membership_healthy$")[f"cluster.{name}_gloo-system.membership_healthy"] == 0)
        self.assertEqual(200, world.get("/panics").status, "by default Envoy disregards health when most hosts are unhealthy")
        self.assertEqual(503, world.get("/strict").status)


if __name__ == "__main__":
    unittest.main()
