"""What routes do beside forwarding: copies, limits, hashes, upgrades that are refused, metadata in logs, statistics."""
import collections
import unittest

from harness import Case, free_port, until
from manifests import gateways, to, upstream, upstream_of


def route(path, options, upstream_name="one"):
    return f"    - matchers: [{{prefix: {path}}}]\n      routeAction: {{{to(upstream_name)}}}\n      options: {options}\n"


class Traffic(Case):
    def test_what_routes_do_beside_forwarding(self):
        world = self.world
        ports = {name: world.start_backend(name) for name in ("one", "two", "copy")}
        log = world.directory / "access.log"
        world.write("gateways.yaml", gateways(world.http_port, world.https_port).replace(
            "httpGateway: {}", f"options: {{accessLoggingService: {{accessLog: [{{fileSink: {{path: {log}, stringFormat: \"%METADATA(ROUTE:com.example:team)%\\n\"}}}}]}}}}, httpGateway: {{}}", 1))
        world.write("upstreams.yaml", "---".join([upstream("one", ports["one"]), upstream("copy", ports["copy"]), upstream("limits", free_port(), "  useHttp2: true\n"),
                                                  upstream_of("ring", ports["one"], ports["two"], more="  loadBalancerConfig: {ringHash: {}}")]))
        world.write("settings.yaml", """
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {name: default, namespace: gloo-system}
spec: {ratelimitServer: {ratelimitServerRef: {name: limits, namespace: gloo-system}, requestTimeout: 0.1s, denyOnFail: true}}
""")
        world.write("policy.yaml", """
apiVersion: ratelimit.solo.io/v1alpha1
kind: RateLimitConfig
metadata: {name: policy, namespace: gloo-system}
spec: {raw: {rateLimits: [{actions: [{requestHeaders: {headerName: x-policy, descriptorKey: policy}}]}]}}
""")
        by_header = "{ratelimit: {rateLimits: [{actions: [{requestHeaders: {headerName: x-user, descriptorKey: user}}]}]}}"
        world.write("routes.yaml", f"""
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {{name: routes, namespace: gloo-system}}
spec:
  virtualHost:
    domains: ['*']
    options: {{stats: {{virtualClusters: [{{name: users, pattern: '/limited.*'}}]}}}}
    routes:
""" + route("/copied", "{shadowing: {upstream: {name: copy, namespace: gloo-system}, percentage: 100}}") + route("/limited", by_header)
                    + route("/policy", "{rateLimitConfigs: {refs: [{name: policy, namespace: gloo-system}]}}")
                    + route("/bucket", "{ratelimit: {localRatelimit: {maxTokens: 2, fillInterval: 600s}}}")
                    + route("/hashed", "{lbHash: {hashPolicies: [{header: x-user}]}}", "ring") + route("/sticky", "{lbHash: {hashPolicies: [{cookie: {name: stick, ttl: 60s, path: /}}]}}", "ring")
                    + route("/logged", "{envoyMetadata: {com.example: {team: shop}}}") + route("/plain", "{upgrades: [{websocket: {enabled: false}}]}"))
        world.start_solder()
        envoy = world.start_envoy()
        world.until_status("/copied", 200)
        until("the copy arrives", lambda: envoy.stats("cluster.copy_gloo-system.upstream_rq_total")["cluster.copy_gloo-system.upstream_rq_total"] >= 1)
        # Where the service is to be asked and cannot be, denyOnFail decides; without the header there is no descriptor.
        world.until_status("/limited", 500, headers={"x-user": "a"})
        self.assertEqual(200, world.get("/limited").status)
        self.assertEqual(500, world.get("/policy", headers={"x-policy": "a"}).status)
        self.assertEqual(200, world.get("/copied", headers={"x-user": "a"}).status)
        self.assertGreaterEqual(envoy.stats("vcluster.users.upstream_rq_completed")["vhost.gloo-system_routes.vcluster.users.upstream_rq_completed"], 1)
        self.assertEqual({200: 2, 429: 3}, dict(collections.Counter(world.get("/bucket").status for _ in range(5))))
        # One user stays with one host; many users are spread.
        self.assertEqual(1, len({world.get("/hashed", headers={"x-user": "a"}).backend for _ in range(6)}))
        self.assertEqual({"one", "two"}, {world.get("/hashed", headers={"x-user": str(user)}).backend for user in range(40)})
        self.assertIn("stick=", world.get("/sticky").headers.get("set-cookie", ""))
        upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        self.assertEqual(403, world.get("/plain", headers=upgrade).status)
        world.get("/logged")
        until("the team is logged", lambda: "shop" in log.read_text())
        world.remove("settings.yaml")
        world.until_status("/limited", 200, headers={"x-user": "a"})
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})


if __name__ == "__main__":
    unittest.main()
