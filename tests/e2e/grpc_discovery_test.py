"""Functions of gRPC services, found by server reflection (grpcio-reflection) and called with JSON through a real Envoy."""
import json
import sys
import unittest

import packages

packages.need("grpcio==1.85.3", "grpcio-reflection==1.85.1")

from harness import HERE, Case, Process, free_port, until
from manifests import gateways, prefix_route, virtual_service

ENABLED = ", labels: {discovery.solo.io/function_discovery: enabled}"


def upstream(port, service="", labels=""):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: greeter, namespace: gloo-system{labels}}}
spec: {{static: {{hosts: [{{addr: 127.0.0.1, port: {port}}}]{service}}}}}
"""


class GrpcDiscovery(Case):
    def start(self, *arguments, service="", labels=""):
        self.port = free_port()
        self.serve(*arguments)
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "greeter")))
        self.world.write("upstream.yaml", upstream(self.port, service, labels))
        (self.world.directory / "solder.yaml").write_text("pluginConfig: {openapi: {listEverySeconds: 1}}\n")
        self.world.start_solder("--config", self.world.directory / "solder.yaml")
        self.world.start_envoy()

    def serve(self, *arguments):
        self.service = Process("grpc", [sys.executable, HERE / "grpc_reflecting.py", self.port, *arguments], self.world.directory / "grpc.log")
        self.world.start(self.service, lambda: "listening" in self.service.tail())

    def call(self, path, **how):
        return json.loads(self.world.until_status(path, 200, **how).text)["message"]

    def check(self):
        self.assertEqual("world", self.call("/hello/world"), "by its annotation")
        self.assertEqual("rex", self.call("/test.Plain/Say", method="POST", body=b'{"name": "rex"}', headers={"content-type": "application/json"}), "by its name")
        self.world.until_state("Upstream", "greeter", "Accepted")

    def test_a_service_that_nobody_spoke_of(self):
        self.start(labels=ENABLED)
        self.check()
        self.assertNotIn("grpcJsonTranscoder", (self.world.manifests / "upstream.yaml").read_text())

    def test_the_older_version_and_what_the_user_says_of_the_transcoder(self):
        self.start("v1alpha", service=", serviceSpec: {grpcJsonTranscoder: {printOptions: {alwaysPrintPrimitiveFields: true}, services: [test.Greeter]}}")
        self.assertEqual("world", self.call("/hello/world"))
        self.assertNotEqual(200, self.world.get("/test.Plain/Say", method="POST", body=b"{}", headers={"content-type": "application/json"}).status, "the user's services are the user's")
        # A service that goes leaves what was found.
        self.service.end()
        self.world.until_state("Upstream", "greeter", "Warning", "DiscoveryFailed", "reflection")
        self.serve("v1alpha")
        until("it is called again", lambda: self.call("/hello/world") == "world")
        self.world.until_state("Upstream", "greeter", "Accepted")


if __name__ == "__main__":
    unittest.main()
