"""JSON over HTTP for gRPC services, by a real Envoy in front of a gRPC server."""
import json
import sys
import unittest

from harness import HERE, Case, Process, free_port, until
from manifests import prefix_route, virtual_service
from protobuf_wire import base64_of, greeter_descriptors

GRPC = "  useHttp2: true"


class GrpcJson(Case):
    def serve(self, option="", service_spec="", more="", state="Accepted"):
        world = self.world
        port = free_port()
        world.start(backend := Process("grpc", [sys.executable, HERE / "grpc_backend.py", port], world.directory / "grpc.log"),
                    lambda: "listening" in backend.tail())
        world.write("gateway.yaml", f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: gateway-proxy, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {world.http_port}, httpGateway: {{options: {{{option}}}}}}}
""")
        world.write("world.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: greeter, namespace: gloo-system}}
spec:
  static: {{hosts: [{{addr: 127.0.0.1, port: {port}}}]{service_spec}}}
{'' if service_spec else GRPC}
---{more}{virtual_service('everything', prefix_route('/', 'greeter'))}""")
        world.start_solder()
        world.until_state("Gateway", "gateway-proxy", state)
        world.start_envoy()

    def test_a_gateway_transcodes_with_descriptors_of_its_own(self):
        self.serve(f"grpcJsonTranscoder: {{protoDescriptorBin: {base64_of(greeter_descriptors())}, services: [test.Greeter], matchIncomingRequestRoute: true, "
                   "convertGrpcStatus: true}")
        answer = self.world.until_status("/hello/world", 200)
        self.assertEqual({"message": "world"}, json.loads(answer.text))
        self.assertEqual("application/json", answer.headers["content-type"])
        missing = self.world.until_status("/hello/missing", 404)
        self.assertEqual({"code": 5, "message": "nobody"}, json.loads(missing.text))

    def test_a_config_map_brings_the_descriptors_and_new_ones(self):
        config_map = """
apiVersion: v1
kind: ConfigMap
metadata: {name: descriptors, namespace: gloo-system}
data: {set: %s}
"""
        self.world.write("map.yaml", config_map % base64_of(greeter_descriptors("/old/{name}")))
        self.serve("grpcJsonTranscoder: {protoDescriptorConfigMap: {configMapRef: {name: descriptors, namespace: gloo-system}}, services: [test.Greeter], "
                   "matchIncomingRequestRoute: true}")
        self.world.until_status("/old/world", 200)
        self.world.write("map.yaml", config_map % base64_of(greeter_descriptors("/new/{name}")))
        # Until then it passes as it is, and the server answers it in gRPC.
        until("the new path is known", lambda: (text := self.world.get("/new/world").text) and json.loads(text) == {"message": "world"})

    def test_an_upstream_with_descriptors_is_transcoded_for_its_routes_alone(self):
        backend = self.world.start_backend("plain")
        plain = f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: plain, namespace: gloo-system}}
spec: {{static: {{hosts: [{{addr: 127.0.0.1, port: {backend}}}]}}}}
---{virtual_service('plain', prefix_route('/', 'plain'), domains="['plain.example.com']")}---"""
        self.serve(service_spec=f", serviceSpec: {{grpcJsonTranscoder: {{protoDescriptorBin: {base64_of(greeter_descriptors())}, services: [test.Greeter], "
                                "matchIncomingRequestRoute: true}}", more=plain)
        self.assertEqual({"message": "world"}, json.loads(self.world.until_status("/hello/world", 200).text))
        self.assertEqual("/hello/world", self.world.until_status("/hello/world", 200, host="plain.example.com").echo["path"])

    def test_descriptors_that_envoy_could_not_load_never_reach_it(self):
        self.serve(f"grpcJsonTranscoder: {{protoDescriptorBin: {base64_of(greeter_descriptors())}, services: [test.Greeters]}}", state="Rejected")
        self.world.until_state("Gateway", "gateway-proxy", "Rejected", "test.Greeters", "test.Greeter")


if __name__ == "__main__":
    unittest.main()
