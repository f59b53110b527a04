"""What a real Envoy refuses costs the object at fault alone: it is found, named in its status, and the rest goes on.

Solder finds most of what Envoy would refuse before it is sent; a command that Envoy does not know in a header's value is
something that only Envoy can tell.
"""
import unittest

from harness import Case, until
from manifests import gateways, prefix_route, upstream, virtual_service

BAD = "    - {matchers: [{prefix: /}], options: {headerManipulation: {requestHeadersToAdd: [{header: {key: x-a, value: '%NOPE(a)%'}}]}}, directResponseAction: {status: 200, body: bad}}"


def answer(text):
    return f"    - {{matchers: [{{prefix: /}}], directResponseAction: {{status: 200, body: {text}}}}}"


class Refusal(Case):
    def start(self, *options):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("one.yaml", upstream("one", world.start_backend("one")))
        for number in range(8):
            world.write(f"service-{number}.yaml", virtual_service(f"service-{number}", answer("first"), domains=f"[s{number}.test]"))
        world.start_solder(*options)

    def says(self, host, text):
        until(f"{host} says {text}", lambda: self.world.get("/", host=host).text == text)

    def check_traced(self):
        report = self.world.until_state("VirtualService", "service-3", "Rejected")
        problem = report["details"][0]
        self.assertEqual("RefusedByEnvoy", problem["reason"])
        self.assertEqual("headers", problem["plugin"])
        self.assertIn("NOPE", problem["message"])
        self.assertIn("headerManipulation", problem["field"])
        self.assertEqual("acked by 0 of 1 proxy", report["delivery"])
        for kind, name in (("VirtualService", "service-2"), ("Gateway", "gateway-proxy"), ("Upstream", "one")):
            until(f"{kind} {name} is delivered", lambda kind=kind, name=name: self.world.report(kind, name)["delivery"] == "acked by 1 of 1 proxy")
            self.assertEqual("Accepted", self.world.report(kind, name)["state"])

    def check_both_ways(self):
        world = self.world
        # Before the first Envoy is there: of what it is sent at once, one is bad.
        world.write("service-3.yaml", virtual_service("service-3", BAD, domains="[s3.test]"))
        world.until_state("VirtualService", "service-3", "Accepted")
        world.start_envoy()
        self.says("s7.test", "first")
        self.check_traced()
        self.assertEqual(404, world.get("/", host="s3.test").status)
        # Put right, and wrong again while others change: the old one stays.
        world.write("service-3.yaml", virtual_service("service-3", answer("good"), domains="[s3.test]"))
        self.says("s3.test", "good")
        world.until_state("VirtualService", "service-3", "Accepted")
        world.write("service-3.yaml", virtual_service("service-3", BAD, domains="[s3.test]"))
        self.check_traced()
        world.write("service-4.yaml", virtual_service("service-4", answer("second"), domains="[s4.test]"))
        self.says("s4.test", "second")
        self.assertEqual("good", world.get("/", host="s3.test").text)
        world.remove("service-3.yaml")
        until("the virtual service is gone", lambda: world.get("/", host="s3.test").status == 404)

    def test_one_route_configuration(self):
        self.start()
        self.check_both_ways()

    def test_scopes(self):
        self.start("--scoped-routes-above", "4")
        self.check_both_ways()

    def test_a_cluster_by_its_name(self):
        self.start()
        world = self.world
        world.write("routes.yaml", virtual_service("routes", prefix_route("/", "one")))
        world.start_envoy()
        world.until_status("/", 200)
        # Files are where Envoy is.
        world.write("bad.yaml", upstream("bad", 80, "  sslConfig: {sslFiles: {rootCa: /nowhere/ca.pem}}\n"))
        problem = world.until_state("Upstream", "bad", "Rejected")["details"][0]
        self.assertEqual(("RefusedByEnvoy", "tls"), (problem["reason"], problem["plugin"]))
        self.assertIn("/nowhere/ca.pem", problem["message"])
        world.write("two.yaml", upstream("two", world.start_backend("two")))
        world.write("routes.yaml", virtual_service("routes", prefix_route("/", "two")))
        until("the new upstream serves", lambda: world.get("/").backend == "two")


if __name__ == "__main__":
    unittest.main()
