"""Which endpoints of Services on a real API server are asked: by readiness, zone, port and slice, and those that have a name outside of the cluster."""
import json
import pathlib
import socket
import tempfile
import unittest

import kube_server
from harness import Case, free_port, get_json, need_or_skip, until
from kube_server import Kubernetes
from kubernetes_api_test import own_address, service
from manifests import gateways


def endpoint_slice(address, name, *endpoints, service_name="cart", ports=(("http", 80),), family="IPv4"):
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": name, "namespace": "shop", "labels": {"kubernetes.io/service-name": service_name}},
            "addressType": family, "ports": [{"name": port, "port": number} for port, number in ports], "endpoints": [{"addresses": [address], **each} for each in endpoints]}


def zoned(address, name, port, zone):
    return endpoint_slice(address, name, {"zone": zone, "conditions": {"ready": True}}, ports=[("http", port)])


def routes(**hosts):
    """A virtual service for each host, to a port of a Service."""
    return [{"apiVersion": "gateway.solo.io/v1", "kind": "VirtualService", "metadata": {"name": host, "namespace": "shop"}, "spec": {"virtualHost": {"domains": [f"{host}.test"], "routes": [
        {"matchers": [{"prefix": "/"}], "routeAction": {"single": {"kube": {"ref": {"name": name, "namespace": "shop"}, "port": port}}}}]}}} for host, (name, port) in hosts.items()]


class Endpoints(Case):
    """The API server is one for all of them."""

    @classmethod
    def setUpClass(cls):
        need_or_skip(kube_server.PROGRAMS)
        cls.address = own_address()
        if cls.address is None:
            raise unittest.SkipTest("this machine has no address but loopback")
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.kube = Kubernetes(pathlib.Path(directory.name) / "kube")
        cls.addClassCleanup(cls.kube.stop)
        cls.kube.add_namespaces("gloo-system", "shop")
        cls.kube.add_definitions("Gateway", "VirtualService", "Upstream")
        cls.kube.allow()

    def setUp(self):
        super().setUp()
        self.kube.apply(gateways(self.world.http_port, self.world.https_port))
        self.addCleanup(self.clear)

    def clear(self):
        for api_version, kind in (("v1", "Service"), ("discovery.k8s.io/v1", "EndpointSlice"), ("gateway.solo.io/v1", "VirtualService"), ("gloo.solo.io/v1", "Upstream")):
            self.kube.must("DELETE", self.kube.path(api_version, kind, "shop"))

    def serve(self, **kubernetes):
        settings = self.world.directory / "solder.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"kubernetes": {"watch": {"kubeconfig": str(self.kube.kubeconfig())}, **kubernetes}}}))
        self.world.start_solder("--config", settings)
        return self.world.start_envoy()

    def backends(self, *names):
        """Starts a backend of each name at an address that the API server takes; gives their ports."""
        ports = {name: free_port() for name in names}
        for name, port in ports.items():
            self.world.start_backend(name, at=f"{self.address}:{port}")
        return ports

    def until_backends(self, host, *names):
        until(f"{host}: {names} answer", lambda: {self.world.get(host=f"{host}.test").backend for _ in range(20)} == set(names))

    def status_of(self, host):
        return self.world.get(host=f"{host}.test").status

    def test_zones_are_weighed_and_stand_in_for_each_other(self):
        ports = self.backends("a", "b", "c")
        slices = {zone: zoned(self.address, f"cart-{zone}", ports[zone], f"eu-1{zone}") for zone in "abc"}
        self.kube.apply(service(), *slices.values(), *routes(cart=("cart", 80)))
        envoy = self.serve()
        self.until_backends("cart", "a", "b", "c")
        self.assertIn("eu-1b", json.dumps(self.clusters(envoy)))

        def upstream(*localities):
            return {"apiVersion": "gloo.solo.io/v1", "kind": "Upstream", "metadata": {"name": "shop-cart-80", "namespace": "shop"},
                    "spec": {"kube": {"serviceName": "cart", "serviceNamespace": "shop", "servicePort": 80}, "loadBalancerConfig": {"localities": list(localities)}}}
        to_it = routes(weighed=("cart", 80))[0]
        to_it["spec"]["virtualHost"]["routes"][0]["routeAction"] = {"single": {"upstream": {"name": "shop-cart-80", "namespace": "shop"}}}
        self.kube.apply(upstream({"locality": {"zone": "eu-1a"}, "weight": 1}, {"locality": {"zone": "eu-1b"}, "weight": 1}, {"weight": 0}), to_it)
        self.until_backends("weighed", "a", "b")
        self.kube.apply(upstream({"locality": {"zone": "eu-1c"}}, {"locality": {"zone": "eu-1a"}, "priority": 3}, {"priority": 5}))
        self.until_backends("weighed", "c")
        # The zone's last pod goes, and the next zone is asked.
        slices["c"]["endpoints"][0]["conditions"] = {"ready": False, "serving": False, "terminating": True}
        self.kube.apply(slices["c"])
        self.until_backends("weighed", "a")
        self.until_backends("cart", "a", "b")

    @staticmethod
    def clusters(envoy):
        return get_json(envoy.admin_port, "/clusters?format=json")["cluster_statuses"]

    def test_who_is_not_ready_is_not_asked_unless_it_is_the_last_to_go(self):
        ports = self.backends("one", "two")
        self.kube.apply(service(), *routes(cart=("cart", 80)))
        self.kube.apply(endpoint_slice(self.address, "cart-1", {"conditions": {"ready": False}}, ports=[("http", ports["one"])]))
        self.serve()
        until("nobody is ready", lambda: self.status_of("cart") == 503)
        self.kube.apply(endpoint_slice(self.address, "cart-1", {"conditions": {"ready": False, "serving": True, "terminating": True}}, ports=[("http", ports["one"])]))
        self.until_backends("cart", "one")
        self.kube.apply(endpoint_slice(self.address, "cart-2", {}, ports=[("http", ports["two"])]))
        self.until_backends("cart", "two")

    def test_ports_have_names_and_services_many_slices(self):
        ports = self.backends("http", "admin", "more")
        both = service()
        both["spec"]["ports"].append({"name": "admin", "port": 90})
        self.kube.apply(both, endpoint_slice(self.address, "cart-1", {"conditions": {"ready": True}}, ports=[("admin", ports["admin"]), ("http", ports["http"])]),
                        endpoint_slice(self.address, "cart-2", {"conditions": {"ready": True}}, ports=[("http", ports["more"])]), *routes(cart=("cart", 80), admin=("cart", 90)))
        self.serve()
        self.until_backends("cart", "http", "more")
        self.until_backends("admin", "admin")
        for each in get_reports(self.world):
            self.assertNotEqual(each["kind"], "Namespace", "nothing is to be said of namespaces")

    def test_names_outside_of_the_cluster(self):
        try:
            own_name = socket.gethostname()
            if not socket.gethostbyname(own_name):
                raise OSError
        except OSError:
            self.skipTest("this machine's name is that of no address")
        port = free_port()
        self.world.start_backend("outside", at=f"0.0.0.0:{port}")
        for name, external in (("named", own_name), ("addressed", self.address), ("inside", "localhost")):
            self.kube.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": {"type": "ExternalName", "externalName": external, "ports": [{"port": port}]}})
        self.kube.apply(*routes(named=("named", port), addressed=("addressed", port), inside=("inside", port)))
        self.serve()
        self.until_backends("named", "outside")
        self.until_backends("addressed", "outside")
        self.world.until_state("Upstream", f"kube-svc:shop-inside-{port}", "Warning", "the proxy's own machine", namespace="shop")
        self.assertEqual(self.status_of("inside"), 503)

    def test_names_outside_where_the_operator_does_not_want_them(self):
        self.kube.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "named", "namespace": "shop"}, "spec": {"type": "ExternalName", "externalName": "api.example.com", "ports": [{"port": 80}]}})
        self.serve(externalNames=False)
        self.world.until_state("Upstream", "kube-svc:shop-named-80", "Warning", "externalNames", namespace="shop")


def get_reports(world):
    return get_json(world.admin_port, "/status")["reports"]


if __name__ == "__main__":
    unittest.main()
