"""Manifests are edited, added and deleted while a client sends 2,000 requests a second: nothing that did not change fails."""
import unittest

from harness import Case, admin, free_port, request, until
from manifests import gateways, prefix_route, upstream, virtual_service


class Changes(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        for name in ("one", "two"):
            world.write(f"{name}.yaml", upstream(name, world.start_backend(name)))
        world.write("stable.yaml", virtual_service("stable", prefix_route("/", "one"), "[stable.test]"))
        world.write("changing.yaml", virtual_service("changing", prefix_route("/kept", "one") + "\n" + prefix_route("/moving", "one"), "[changing.test]"))
        world.start_solder()
        self.envoy = world.start_envoy()
        world.until_status("/", 200, host="stable.test")

    def until_backend(self, path, backend):
        def attempt():
            answer = self.world.get(path, host="changing.test")
            assert answer.backend == backend, answer
            return answer
        until(f"{path} goes to {backend}", attempt)

    def test_a_client_under_way_notices_nothing(self):
        world = self.world
        with world.load("stable.test/x", "changing.test/kept") as figures:
            for _ in range(5):  # a route moves there and back
                world.edit("changing.yaml", prefix_route("/moving", "one"), prefix_route("/moving", "two"))
                self.until_backend("/moving", "two")
                world.edit("changing.yaml", prefix_route("/moving", "two"), prefix_route("/moving", "one"))
                self.until_backend("/moving", "one")
            for number in range(5):  # virtual services and upstreams come and go
                name = f"extra-{number}"
                world.write(f"{name}.yaml", upstream(name, world.start_backend(name)) + "---\n" + virtual_service(name, prefix_route("/", name), f"[{name}.test]"))
                world.until_status("/", 200, host=f"{name}.test")
            for number in range(5):
                world.remove(f"extra-{number}.yaml")
                world.until_status("/", 404, host=f"extra-{number}.test")
            # A whole new listener, and it goes again.
            port = free_port()
            world.write("second.yaml", gateways(port, 0, name="second").split("---")[0])
            until("the second listener answers", lambda: request(port, "/", host="stable.test").status == 200)
            world.remove("second.yaml")
        self.assert_all_ok(figures)

    def test_a_broken_file_harms_nobody(self):
        world = self.world
        with world.load("stable.test/x", "changing.test/kept") as figures:
            world.write("broken.yaml", "apiVersion: [\n  what: {is: this\n")
            world.write("unknown.yaml", upstream("unknown", 1).replace("static:", "statik:"))
            world.until_state("Upstream", "unknown", "Rejected", "static")
            # What was good keeps serving when its own file becomes unreadable, and follows again once it is right.
            good = (world.manifests / "changing.yaml").read_text()
            world.write("changing.yaml", good[:-30] + "\n  ]")
            world.write("after.yaml", virtual_service("after", prefix_route("/", "two"), "[after.test]"))
            world.until_status("/", 200, host="after.test")
            self.assertEqual("one", world.get("/moving", host="changing.test").backend)
            world.write("changing.yaml", good.replace("prefix: /moving}], routeAction: {single: {upstream: {name: one", "prefix: /moving}], routeAction: {single: {upstream: {name: two"))
            self.until_backend("/moving", "two")
            requests = "http.http.downstream_rq_total"
            until("enough requests were sent", lambda: self.envoy.stats(requests)[requests] > 1000)
        self.assert_all_ok(figures)
        until("the broken file is named", lambda: "broken.yaml" in admin(world.admin_port, "/status").text)


if __name__ == "__main__":
    unittest.main()
