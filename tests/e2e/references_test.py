"""What refers to something that is not there, or not right, answers as Gloo's users know it, and the rest serves."""
import unittest

from harness import Case, until
from manifests import gateways, prefix_route, upstream, virtual_service


class References(Case):
    def serve(self, **files):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("one.yaml", upstream("one", world.start_backend("one")))
        for name, text in files.items():
            world.write(f"{name}.yaml", text)
        world.start_solder()
        self.envoy = world.start_envoy()
        return world

    def test_a_missing_upstream_is_a_warning_and_appears_later(self):
        world = self.serve(routes=virtual_service("routes", prefix_route("/there", "one") + "\n" + prefix_route("/absent", "later")))
        world.until_status("/there", 200)
        self.assertEqual(503, world.get("/absent").status)
        world.until_state("VirtualService", "routes", "Warning", "later")
        world.write("later.yaml", upstream("later", world.start_backend("later")))
        self.assertEqual("later", world.until_status("/absent", 200).backend)
        world.until_state("VirtualService", "routes", "Accepted")
        world.remove("later.yaml")
        world.until_status("/absent", 503)
        self.assertEqual(200, world.get("/there").status)

    def test_invalid_routes_are_replaced_where_settings_ask_for_it(self):
        settings = """
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {name: default, namespace: gloo-system}
spec: {gloo: {invalidConfigPolicy: {replaceInvalidRoutes: true, invalidRouteResponseCode: 410, invalidRouteResponseBody: gone for now}}}
"""
        no_weight = "    - {matchers: [{prefix: /bad}], routeAction: {multi: {destinations: [{weight: 0, destination: {upstream: {name: one, namespace: gloo-system}}}]}}}"
        world = self.serve(settings=settings, routes=virtual_service("routes", no_weight + "\n" + prefix_route("/there", "one") + "\n" + prefix_route("/gone", "missing")))
        world.until_status("/there", 200)
        answer = world.until_status("/bad", 410)
        self.assertEqual("gone for now", answer.text)
        self.assertEqual("gone for now", world.until_status("/gone", 410).text, "an upstream that is not there is replaced as well")

    def test_two_owners_of_a_domain_are_both_named(self):
        world = self.serve(good=virtual_service("good", prefix_route("/", "one"), "[good.test]"), a=virtual_service("a", prefix_route("/", "one"), "[same.test]"),
                           b=virtual_service("b", prefix_route("/", "one"), "[same.test]"))
        world.until_status("/", 200, host="good.test")
        world.until_state("VirtualService", "a", "Rejected", "same.test")
        world.until_state("VirtualService", "b", "Rejected", "same.test")
        world.remove("b.yaml")
        world.until_status("/", 200, host="same.test")

    def test_an_upstream_that_becomes_wrong_keeps_serving(self):
        world = self.serve(routes=virtual_service("routes", prefix_route("/", "one")))
        world.until_status("/", 200)
        world.edit("one.yaml", "static: {hosts: [{addr: 127.0.0.1,", "static: {hosts: [{addr: 127.0.0.1, weigth: 3,")
        world.until_state("Upstream", "one", "Rejected", "weigth")
        until("still serving", lambda: world.get("/").status == 200)
        self.assertEqual({}, {name: value for name, value in self.envoy.stats("update_rejected").items() if value})


if __name__ == "__main__":
    unittest.main()
