"""Methods of gRPC services that routes call by destinationSpec.grpc, through a real Envoy: descriptors of the user's own, and those found by reflection."""
import base64
import json
import sys
import unittest

import packages

packages.need("grpcio==1.85.3", "grpcio-reflection==1.85.1")

from harness import HERE, Case, Process, free_port
from manifests import gateways, virtual_service
from protobuf_wire import base64_of, greeter_descriptors

JSON = {"content-type": "application/json"}
GREETER = "grpcServices: [{packageName: test, serviceName: Greeter}]"


def route(path, service, function, parameters="", upstream="greeter"):
    spec = f"grpc: {{package: test, service: {service}, function: {function}{parameters}}}"
    return f"{{matchers: [{{prefix: {path}}}], routeAction: {{single: {{upstream: {{name: {upstream}, namespace: gloo-system}}, destinationSpec: {{{spec}}}}}}}}}"


class GrpcFunctions(Case):
    def start(self, service_spec, *routes):
        world, port = self.world, free_port()
        world.start(backend := Process("grpc", [sys.executable, HERE / "grpc_reflecting.py", port], world.directory / "grpc.log"), lambda: "listening" in backend.tail())
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstream.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: greeter, namespace: gloo-system}}
spec: {{static: {{hosts: [{{addr: 127.0.0.1, port: {port}}}], serviceSpec: {{{service_spec}}}}}}}
""")
        world.write("routes.yaml", virtual_service("web", "".join(f"    - {one}\n" for one in routes)))
        (world.directory / "solder.yaml").write_text("pluginConfig: {openapi: {listEverySeconds: 1}}\n")
        world.start_solder("--config", world.directory / "solder.yaml")
        world.start_envoy()

    def called(self, path, body=None, **more):
        answer = self.world.until_status(path, 200, method="GET" if body is None else "POST", body=None if body is None else json.dumps(body).encode(), headers={**JSON, **more})
        self.assertEqual("application/json", answer.headers["content-type"])
        return json.loads(answer.text)["message"]

    def test_parameters_of_path_headers_query_and_body(self):
        # As Gloo's discovery wrote them: base64 of base64.
        descriptors = base64.b64encode(base64_of(greeter_descriptors()).encode()).decode()
        self.start(f"grpc: {{descriptors: {descriptors}, {GREETER}}}",
                   route("/path", "Greeter", "SayHello", ", parameters: {path: '/path/{name}'}"),
                   route("/header", "Greeter", "SayHello", ", parameters: {headers: {x-name: '{name}'}}"),
                   route("/plain", "Greeter", "SayHello"),
                   route("/gone", "Greeter", "SayGoodbye"),
                   route("/nobody", "Nobody", "SayHello"))
        self.assertEqual("a b", self.called("/path/a%20b"), "without a body, percent-decoded")
        self.assertEqual("rex", self.called("/path/rex?more=1", {"other": 1}))
        self.assertEqual('quo"te', self.called("/header", {}, **{"x-name": 'quo"te'}))
        self.assertEqual("from body", self.called("/plain", {"name": "from body"}))
        self.assertEqual("from query", self.called("/plain?name=from%20query"))
        for path, name in (("/gone", "test.Greeter/SayGoodbye"), ("/nobody", "test.Nobody/SayHello")):
            answer = self.world.until_status(path, 500, method="POST", body=b"{}", headers=JSON)
            self.assertIn(f"unknown function {name}", answer.text)
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "SayGoodbye", "SayHello", "test.Nobody")

    def test_services_that_are_found(self):
        self.start("grpc: {}", route("/say", "Plain", "Say", ", parameters: {path: '/say/{name}'}"), route("/hello", "Greeter", "SayHello"))
        self.assertEqual("rex", self.called("/say/rex"))
        self.assertEqual("max", self.called("/hello", {"name": "max"}), "an annotation of its own is in nobody's way")
        self.world.until_state("VirtualService", "web", "Accepted")
        self.assertNotEqual(200, self.world.get("/test.Plain/Say", method="POST", body=b"{}", headers=JSON).status, "what no route names is not called")

    def test_beside_the_transcoder_of_the_upstream(self):
        self.start(f"grpcJsonTranscoder: {{protoDescriptorBin: {base64_of(greeter_descriptors())}, services: [test.Greeter], matchIncomingRequestRoute: true}}",
                   route("/call", "Greeter", "SayHello"),
                   "{matchers: [{prefix: /hello}], routeAction: {single: {upstream: {name: greeter, namespace: gloo-system}}}}")
        self.assertEqual("by name", self.called("/call", {"name": "by name"}))
        self.assertEqual("annotated", self.called("/hello/annotated"))

    def test_what_is_wrong_with_descriptors_is_told(self):
        self.start(f"grpc: {{descriptors: {base64_of(greeter_descriptors())}, grpcServices: [{{packageName: test, serviceName: Greeters}}]}}", route("/x", "Greeter", "SayHello"))
        self.world.until_state("Upstream", "greeter", "Warning", "serviceSpec.grpc.grpcServices[0]", "found test.Greeters, expected test.Greeter")


if __name__ == "__main__":
    unittest.main()
