"""Upstreams by what Envoy makes of their hosts: health over gRPC, subsets of pods by label, groups behind a TCP gateway."""
import collections
import http.server
import sys
import threading
import unittest

from harness import HERE, Case, Process, free_port, request, until
from manifests import gateways, prefix_route, upstream, upstream_of, virtual_service

SERVING, NOT_SERVING = "0801", "0802"  # HealthCheckResponse.status
CHECK = "timeout: 1s, interval: 0.1s, noTrafficInterval: 0.1s, unhealthyThreshold: 1, healthyThreshold: 1"


class Pod(http.server.BaseHTTPRequestHandler):
    """Says at which address it listens."""

    def do_GET(self):
        body = self.server.server_address[0].encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def pod(name, address, version):
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{app: cart, version: {version}}}}}
status: {{podIP: {address}, phase: Running}}
"""


class Upstreams(Case):
    def start(self, *documents):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("world.yaml", "---\n".join(documents))
        world.start_solder()
        return world.start_envoy()

    def start_pod(self, address, port):
        server = http.server.ThreadingHTTPServer((address, port), Pod)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def start_grpc(self, *arguments):
        port = free_port()
        process = Process(f"grpc-{port}", [sys.executable, HERE / "grpc_backend.py", port, *arguments], self.world.directory / f"grpc-{port}.log")
        self.world.start(process, lambda: "listening" in process.tail())
        return port

    def test_grpc_health_checks(self):
        checks = f"  useHttp2: true\n  healthChecks: [{{{CHECK}, grpcHealthCheck: {{serviceName: shop}}}}]"
        envoy = self.start(upstream_of("some", self.start_grpc(SERVING), self.start_grpc(NOT_SERVING), more=checks),
                           upstream_of("none", self.start_grpc(NOT_SERVING), more=checks), virtual_service("routes", prefix_route("/", "some")))
        for name, healthy in (("some", 1), ("none", 0)):
            stat = f"cluster.{name}_gloo-system.membership_healthy"
            attempts = f"cluster.{name}_gloo-system.health_check.attempt"
            until(f"{name} was checked", lambda attempts=attempts: envoy.stats(f"^{attempts}$")[attempts] > 3)
            until(f"{name} has {healthy} healthy hosts", lambda stat=stat, healthy=healthy: envoy.stats(f"^{stat}$")[stat] == healthy)

    def test_a_route_chooses_pods_by_label(self):
        port, addresses = free_port(), {"v1": "127.0.0.2", "v2": "127.0.0.3"}
        for address in addresses.values():
            self.start_pod(address, port)
        listed = ", ".join(f"{{addresses: [{address}], conditions: {{ready: true}}}}" for address in addresses.values())
        routes = "\n".join(f"    - {{matchers: [{{prefix: /{name}}}], routeAction: {{single: {{upstream: {{name: cart, namespace: gloo-system}}{subset}}}}}}}"
                           for name, subset in [*((version, f", subset: {{values: {{version: {version}}}}}") for version in addresses), ("", "")])
        self.start(*(pod(f"cart-{version}", address, version) for version, address in addresses.items()), f"""
apiVersion: v1
kind: Service
metadata: {{name: cart, namespace: shop}}
spec: {{selector: {{app: cart}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: cart-1, namespace: shop, labels: {{kubernetes.io/service-name: cart}}}}
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints: [{listed}]
---
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: cart, namespace: gloo-system}}
spec: {{kube: {{serviceName: cart, serviceNamespace: shop, servicePort: 80, subsetSpec: {{selectors: [{{keys: [version]}}]}}}}}}
""", virtual_service("routes", routes))
        for version, address in addresses.items():
            self.world.until_status(f"/{version}", 200)
            self.assertEqual({address: 8}, collections.Counter(self.world.get(f"/{version}").text for _ in range(8)))
        until("without a subset both answer", lambda: {self.world.get("/").text for _ in range(8)} == set(addresses.values()))

    def test_a_group_behind_a_tcp_gateway(self):
        world, port = self.world, free_port()
        group = """
apiVersion: gloo.solo.io/v1
kind: UpstreamGroup
metadata: {name: pair, namespace: gloo-system}
spec:
  destinations:
  - {destination: {upstream: {name: one, namespace: gloo-system}}, weight: %d}
  - {destination: {upstream: {name: two, namespace: gloo-system}}, weight: %d}
"""
        world.write("group.yaml", group % (1, 0))
        self.start(upstream("one", world.start_backend("one")), upstream("two", world.start_backend("two")), f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: tcp, namespace: gloo-system}}
spec:
  bindAddress: 127.0.0.1
  bindPort: {port}
  tcpGateway: {{tcpHosts: [{{name: any, destination: {{upstreamGroup: {{name: pair, namespace: gloo-system}}}}}}]}}
""")

        def backends():
            return {request(port, "/").backend for _ in range(12)}
        until("all goes to the one with weight", lambda: backends() == {"one"})
        world.write("group.yaml", group % (1, 1))
        until("both are served", lambda: backends() == {"one", "two"})


if __name__ == "__main__":
    unittest.main()
