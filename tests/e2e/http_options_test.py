"""Smaller options of an HTTP gateway, each by what a client, a backend or a log sees of it in a real Envoy."""
import concurrent.futures
import json
import unittest

from harness import Case, until
from manifests import gateway, to, upstream, virtual_service

ROUTES = f"""
    - matchers: [{{prefix: /}}]
      routeAction: {{{to('one')}}}
      options: {{headerManipulation: {{requestHeadersToAdd: [{{header: {{key: x-client, value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'}}}}]}}}}
"""


class HttpOptions(Case):
    def serve(self, http_options, options="{}", state="Accepted"):
        world = self.world
        world.write("gateway.yaml", gateway(world.http_port, options, http_options))
        world.write("world.yaml", upstream("one", world.start_backend("one")) + "---" + virtual_service("routes", ROUTES))
        world.start_solder()
        world.until_state("Gateway", "gateway-proxy", state)
        self.envoy = world.start_envoy()
        world.until_status("/", 200)

    def test_the_router_adds_no_headers_and_any_method_passes(self):
        self.serve("{router: {suppressEnvoyHeaders: true}, headerValidationSettings: {disableHttp1MethodValidation: {}}, extensions: {configs: {note: {a: 1}}}}",
                   options="{extensions: {configs: {note: {b: 2}}}}")
        answer = self.world.get("/", method="UNHEARDOF")
        self.assertEqual((200, "UNHEARDOF"), (answer.status, answer.echo["method"]))
        self.assertNotIn("x-envoy-upstream-service-time", answer.headers)
        self.world.edit("gateway.yaml", "{router: {suppressEnvoyHeaders: true}, headerValidationSettings: {disableHttp1MethodValidation: {}}, ", "{")
        self.world.until_status("/", 400, method="UNHEARDOF")
        self.assertIn("x-envoy-upstream-service-time", self.world.get("/").headers)

    def test_brotli_beside_gzip(self):
        self.serve("{brotli: {contentType: [application/json], quality: 4}, gzip: {contentType: [application/json], contentLength: 30}}")
        for accepted, chosen in (("br", "br"), ("gzip", "gzip"), ("br;q=1.0, gzip;q=0.5", "br"), ("gzip;q=1.0, br;q=0.5", "gzip")):
            self.assertEqual(chosen, self.world.get("/", headers={"accept-encoding": accepted}).headers.get("content-encoding"), accepted)
        self.assertNotIn("content-encoding", self.world.get("/").headers)

    def test_the_first_forwarded_address_is_the_clients(self):
        self.serve("{leftmostXffAddress: true}")
        answer = self.world.get("/", headers={"x-forwarded-for": "203.0.113.9, 10.0.0.1, 192.0.2.5"})
        self.assertEqual(["203.0.113.9"], answer.echo["headers"]["x-client"])
        forged = self.world.get("/", headers={"x-solder-first-forwarded-address": "198.51.100.1", "x-forwarded-for": "203.0.113.8"}).echo["headers"]
        self.assertEqual(["203.0.113.8"], forged["x-client"])
        self.assertNotIn("x-solder-first-forwarded-address", forged)
        self.world.edit("gateway.yaml", "leftmostXffAddress: true", "leftmostXffAddress: false")

        def last():
            return self.world.get("/", headers={"x-forwarded-for": "203.0.113.9, 192.0.2.5"}).echo["headers"]["x-client"] == ["192.0.2.5"]
        until("the last address counts again", last)

    def test_requests_above_the_measured_limit_are_refused(self):
        self.serve("{adaptiveConcurrency: {concurrencyLimitCalculationParams: {maxConcurrencyLimit: 1, concurrencyUpdateInterval: 100}, "
                   "minRttCalculationParams: {interval: 60000, minConcurrency: 1, requestCount: 1000}, concurrencyLimitExceededStatus: 429}}")
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            statuses = {answer.status for answer in pool.map(lambda _: self.world.get("/delay/300"), range(6))}
        self.assertEqual({200, 429}, statuses)

    def test_filter_state_is_seen_by_the_access_log(self):
        log = self.world.directory / "access.log"
        self.serve("{setFilterState: {onRequestHeaders: [{objectKey: tenant, factoryKey: envoy.string, formatString: {textFormat: 'of-%REQ(x-tenant)%'}}]}}",
                   options=f"{{accessLoggingService: {{accessLog: [{{fileSink: {{path: {log}, jsonFormat: {{tenant: '%FILTER_STATE(tenant:PLAIN)%'}}}}}}]}}}}")
        self.world.get("/", headers={"x-tenant": "acme"})
        until("the tenant is logged", lambda: {"tenant": "of-acme"} in [json.loads(line) for line in log.read_text().splitlines()])

    def test_answers_are_kept_as_long_as_they_may_be(self):
        self.serve("{caching: {cachingServiceRef: {name: cache, namespace: gloo-system}}}", state="Warning")

        def kept():
            answer = self.world.get("/keep/60/a")
            return "age" in answer.headers and answer
        answer = until("an answer comes from the cache", kept)
        self.assertEqual("/keep/60/a", answer.echo["path"])
        before = self.envoy.stats("cluster.one_gloo-system.upstream_rq_total$")
        self.world.get("/keep/60/a")
        self.assertEqual(before, self.envoy.stats("cluster.one_gloo-system.upstream_rq_total$"))
        self.assertNotIn("age", self.world.get("/other").headers)
        self.world.until_state("Gateway", "gateway-proxy", "Warning", "RouteOptionsBypassed")

    def test_tcp_statistics_of_the_listener(self):
        self.serve("{}", options="{tcpStats: true}")
        until("sent segments are counted", lambda: sum(self.envoy.stats("tcp_stats.cx_tx_segments$").values()) > 0)

    def test_what_only_the_enterprise_envoy_has_is_refused(self):
        self.serve("{}")
        for option, words in (("proxyLatency: {}", "latency"), ("waf: {ruleSets: []}", "firewall"), ("tap: {sinks: []}", "admin page")):
            self.world.edit("gateway.yaml", "    options: {}", f"    options: {{{option}}}")
            self.world.until_state("Gateway", "gateway-proxy", "Rejected", "NotServed", words)
            self.assertEqual(200, self.world.get("/").status)
            self.world.edit("gateway.yaml", f"    options: {{{option}}}", "    options: {}")
        self.world.until_state("Gateway", "gateway-proxy", "Accepted")


if __name__ == "__main__":
    unittest.main()
