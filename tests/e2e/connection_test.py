"""How Envoy connects: by HTTP/2, with PROXY protocol, ahead of requests, over a Unix domain socket."""
import unittest

from harness import Case, until
from listening import Recorder
from manifests import gateways, prefix_route, upstream_of, virtual_service

PIPE = """
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: pipe, namespace: gloo-system}}
spec: {{pipe: {{path: {path}}}}}
"""


class Connection(Case):
    def serve(self, *upstreams, names):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", "---\n".join(upstreams))
        world.write("routes.yaml", virtual_service("routes", "\n".join(prefix_route(f"/{name}", name) for name in names)))
        world.start_solder()
        self.envoy = world.start_envoy()
        for name in names:
            world.until_status(f"/{name}", 200)

    def stat(self, cluster, name):
        full = f"cluster.{cluster}_gloo-system.{name}"
        return self.envoy.stats(f"^{full}$")[full]

    def test_http2_buffers_and_connections(self):
        world = self.world
        port = world.start_backend("one")
        path = world.directory / "service.sock"
        world.start_backend("socket", at=str(path))
        # Envoy's own listener speaks both versions: what goes to it by HTTP/2 comes in again with a header, and goes to a backend.
        twice = "    - {matchers: [{prefix: /h2, headers: [{name: x-again}]}], routeAction: {single: {upstream: {name: once, namespace: gloo-system}}}}\n" \
                "    - {matchers: [{prefix: /h2}], options: {headerManipulation: {requestHeadersToAdd: [{header: {key: x-again, value: 'yes'}}]}}, " \
                "routeAction: {single: {upstream: {name: h2, namespace: gloo-system}}}}\n"
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", "---\n".join([
            upstream_of("h2", world.http_port, more="  useHttp2: true\n  initialStreamWindowSize: 65536\n  maxConcurrentStreams: 10"),
            upstream_of("once", port, more="  connectionConfig: {maxRequestsPerConnection: 1, connectTimeout: 1s, perConnectionBufferLimitBytes: 65536, commonHttpProtocolOptions: {idleTimeout: 10s}}"),
            upstream_of("ahead", port, more="  preconnectPolicy: {perUpstreamPreconnectRatio: 3}"),
            PIPE.format(path=path)]))
        names = ("h2", "once", "ahead", "pipe")
        world.write("routes.yaml", virtual_service("routes", twice + "\n".join(prefix_route(f"/{name}", name) for name in names[1:])))
        world.start_solder()
        self.envoy = world.start_envoy()
        for name in names:
            world.until_status(f"/{name}", 200)
        self.assertGreater(self.stat("h2", "upstream_cx_http2_total"), 0)
        self.assertEqual(0, self.stat("once", "upstream_cx_http2_total"))
        self.assertEqual("socket", world.get("/pipe").backend)
        before = self.stat("once", "upstream_cx_total")
        for _ in range(3):
            self.assertEqual(200, world.get("/once").status)
        until("each request had a connection of its own", lambda: self.stat("once", "upstream_cx_total") >= before + 3)
        until("connections were made ahead", lambda: self.stat("ahead", "upstream_cx_total") > self.stat("ahead", "upstream_rq_total"))

    def test_bytes_as_the_upstream_sees_them(self):
        recorder = Recorder()
        self.addCleanup(recorder.close)
        self.serve(upstream_of("v1", recorder.port, more="  proxyProtocolVersion: V1"),
                   upstream_of("cased", recorder.port, more="  connectionConfig: {http1ProtocolOptions: {properCaseHeaderKeyFormat: true}}"), names=("v1", "cased"))
        heads = {path: next(head for head in recorder.heads if f"GET {path} " in head) for path in ("/v1", "/cased")}
        self.assertRegex(heads["/v1"], r"^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\nGET /v1 ")
        self.assertIn("\r\nX-Forwarded-Proto: http\r\n", heads["/cased"])
        self.assertIn("\r\nx-forwarded-proto: http\r\n", heads["/v1"])


if __name__ == "__main__":
    unittest.main()
