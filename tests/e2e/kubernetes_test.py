"""A Service and its EndpointSlices as files: requests reach the pods, and a change of the pods is a change of endpoints alone."""
import unittest

from harness import Case, free_port, until
from manifests import gateways, virtual_service



def service(port=80):
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: cart, namespace: shop}}
spec: {{selector: {{app: cart}}, ports: [{{name: http, port: {port}, targetPort: web}}]}}
"""


def endpoint_slice(name, port, ready=True):
    """A slice of one pod. Each has the port of its own backend, as pods of two versions may."""
    return f"""
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}, namespace: shop, labels: {{kubernetes.io/service-name: cart}}}}
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints: [{{addresses: [127.0.0.1], conditions: {{ready: {str(ready).lower()}, serving: {str(ready).lower()}}}}}]
"""


class Kubernetes(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        self.one, self.two = world.start_backend("one"), world.start_backend("two")
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("service.yaml", service())
        world.write("one.yaml", endpoint_slice("cart-1", self.one))
        world.write("routes.yaml", virtual_service("routes", "    - {matchers: [{prefix: /}], routeAction: {single: {kube: {ref: {name: cart, namespace: shop}, port: 80}}}}"))
        world.start_solder()
        self.envoy = world.start_envoy()
        world.until_status("/", 200)

    def until_backends(self, *names):
        """Polls until exactly these answer."""
        def attempt():
            return {self.world.get().backend for _ in range(12)} == set(names)
        until(f"{names} answer", attempt)

    def test_pods_come_and_go_without_a_failed_request(self):
        world = self.world
        received = self.envoy.resources_received()
        with world.load("a.test/x", rate=500) as figures:
            world.write("two.yaml", endpoint_slice("cart-2", self.two))
            self.until_backends("one", "two")
            world.write("one.yaml", endpoint_slice("cart-1", self.one, ready=False))
            self.until_backends("two")
            world.remove("one.yaml")
            world.write("one.yaml", endpoint_slice("cart-1", self.one))
            self.until_backends("one", "two")
            requests = "http.http.downstream_rq_total"
            until("enough requests were sent", lambda: self.envoy.stats(requests)[requests] > 300)
        self.assert_all_ok(figures)
        moved = {name for name, value in self.envoy.resources_received().items() if value != received.get(name, 0)}
        self.assertEqual({"cluster.kube-svc_shop-cart-80_shop.update_success"}, moved, "something besides endpoints was sent")

    def test_a_service_that_comes_later_makes_the_route_work(self):
        world = self.world
        world.until_state("Upstream", "kube-svc:shop-cart-80", "Accepted", namespace="shop")
        world.remove("service.yaml")
        world.until_status("/", 503)
        world.until_state("VirtualService", "routes", "Warning", "kube-svc:shop-cart-80")
        world.write("service.yaml", service())
        world.until_status("/", 200)
        world.until_state("VirtualService", "routes", "Accepted")

    def test_a_slice_that_went_bad_is_read_as_it_was(self):
        world = self.world
        world.write("one.yaml", endpoint_slice("cart-1", free_port()).replace("[127.0.0.1]", "127.0.0.1"))
        world.until_state("EndpointSlice", "cart-1", "Rejected", "addresses", namespace="shop")
        self.assertEqual("one", world.get().backend)


if __name__ == "__main__":
    unittest.main()
