"""Functions of gRPC services, found by server reflection (grpcio-reflection, grpc-go) and called with JSON through a real Envoy."""
import json
import shutil
import sys
import unittest

import certificates
import frameworks
import packages

packages.need("grpcio==1.85.3", "grpcio-reflection==1.85.1")

from harness import HERE, Case, Process, free_port, until
from manifests import gateways, prefix_route, virtual_service

ENABLED = ", labels: {discovery.solo.io/function_discovery: enabled}"
JSON = {"content-type": "application/json"}


def upstream(port, service="", labels="", host="127.0.0.1", more=""):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: greeter, namespace: gloo-system{labels}}}
spec:
  static: {{hosts: [{{addr: {host}, port: {port}}}]{service}}}
{more}
"""


class GrpcDiscovery(Case):
    def start(self, *words, program=(sys.executable, HERE / "grpc_reflecting.py"), **more):
        self.port, self.program = free_port(), program
        self.serve(*words)
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "greeter")))
        self.world.write("upstream.yaml", upstream(self.port, **more))
        (self.world.directory / "solder.yaml").write_text("pluginConfig: {openapi: {listEverySeconds: 1}}\n")
        self.world.start_solder("--config", self.world.directory / "solder.yaml")
        self.world.start_envoy()

    def serve(self, *words):
        self.service = Process("grpc", [*self.program, self.port, *words], self.world.directory / "grpc.log")
        self.world.start(self.service, lambda: "listening" in self.service.tail())

    def post(self, path, body, status=200):
        return json.loads(self.world.until_status(path, status, method="POST", body=json.dumps(body).encode(), headers=JSON).text or "null")

    def greeted(self):
        return json.loads(self.world.until_status("/hello/world", 200).text)["message"]

    def found(self):
        """The services of the upstream's transcoder as Solder wrote it, or None."""
        files = list((self.world.directory / "state/discovered").rglob("greeter.serviceSpec.openapi.yaml"))
        line = next((line for file in files for line in file.read_text().splitlines() if line.startswith("  value: ")), None)
        return line and json.loads(line[9:])["grpcJsonTranscoder"]["services"]

    def test_a_service_that_nobody_spoke_of(self):
        self.start(labels=ENABLED)
        self.assertEqual("world", self.greeted(), "by its annotation")
        self.assertEqual("rex", self.post("/test.Plain/Say", {"name": "rex"})["message"], "by its name")
        self.assertEqual(["test.Greeter", "test.Plain"], self.found())
        self.world.until_state("Upstream", "greeter", "Accepted")
        self.assertNotIn("grpcJsonTranscoder", (self.world.manifests / "upstream.yaml").read_text())

    def test_the_older_version_and_what_the_user_says_of_the_transcoder(self):
        self.start("v1alpha", service=", serviceSpec: {grpcJsonTranscoder: {printOptions: {alwaysPrintPrimitiveFields: true}, services: [test.Greeter]}}")
        self.assertEqual("world", self.greeted())
        self.assertNotEqual(200, self.world.get("/test.Plain/Say", method="POST", body=b"{}", headers=JSON).status, "the user's services are the user's")
        # A service that goes leaves what was found.
        self.service.end()
        self.world.until_state("Upstream", "greeter", "Warning", "DiscoveryFailed", "reflection")
        self.serve("v1alpha")
        until("it is called again", lambda: self.greeted() == "world")
        self.world.until_state("Upstream", "greeter", "Accepted")

    def test_a_service_without_reflection_and_one_that_is_not_whole(self):
        self.start("silent", service=", serviceSpec: {grpcJsonTranscoder: {}}")
        self.world.until_state("Upstream", "greeter", "Warning", "DiscoveryFailed", "reflection", "status 12")
        self.service.end()
        self.serve("lacking")
        self.world.until_state("Upstream", "greeter", "Warning", "OperationNotUsable", "test.Gone")
        self.assertEqual("world", self.greeted())
        self.assertEqual(["test.Greeter", "test.Plain"], self.found())

    def test_a_service_over_tls(self):
        certificate = certificates.make("localhost")
        files = [self.world.directory / name for name in ("server.crt", "server.key")]
        for file, text in zip(files, (certificate.certificate, certificate.key)):
            file.write_text(text)
        self.world.write("authority.yaml", f"""
apiVersion: v1
kind: Secret
metadata: {{name: authority, namespace: gloo-system}}
stringData: {{ca.crt: {json.dumps(certificate.certificate)}}}
""")
        self.start(f"tls={files[0]},{files[1]}", labels=ENABLED, host="localhost", more="  sslConfig: {secretRef: {name: authority, namespace: gloo-system}, sni: localhost, alpnProtocols: [h2]}")
        self.assertEqual("world", self.greeted())

    @unittest.skipUnless(shutil.which("go"), "there is no Go")
    def test_a_service_in_go(self):
        self.start(labels=ENABLED, program=(frameworks.go_program(HERE.parent / "tools/go_services"), "grpc"))
        call = "/grpc.testing.TestService/UnaryCall"
        told = self.post(call, {"payload": {"body": "aGVsbG8="}})
        self.assertEqual(("aGVsbG8=", "go"), (told["payload"]["body"], told["username"]))
        self.post(call, {"responseStatus": {"code": 5, "message": "nobody"}}, status=404)
        self.assertEqual(["grpc.testing.TestService"], self.found())
        self.world.until_state("Upstream", "greeter", "Accepted")


if __name__ == "__main__":
    unittest.main()
