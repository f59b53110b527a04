"""Kubernetes' Ingresses through a real Envoy: which path goes where, out of files and out of a real API server."""
import json
import unittest

import kube_server
from harness import Case, free_port, need_or_skip, until
from kube_server import Kubernetes, documented_rules
from kubernetes_api_test import endpoint_slice, own_address, service
from manifests import gateways

SWITCHED_ON = {"enabled": True, "requireIngressClass": True}


def path(text, kind, name, port=80):
    return {"path": text, "pathType": kind, "backend": {"service": {"name": name, "port": {"number": port} if isinstance(port, int) else {"name": port}}}}


def ingress(name, host, *paths, ingress_class="gloo", default=None):
    spec = {"ingressClassName": ingress_class, "rules": [{"host": host, "http": {"paths": list(paths)}}]}
    if default:
        spec["defaultBackend"] = {"service": {"name": default, "port": {"number": 80}}}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


class Ingresses(Case):
    def settings(self, **more):
        file = self.world.directory / "solder.yaml"
        file.write_text(json.dumps({"pluginConfig": {"kubernetes": {"ingress": SWITCHED_ON, **more}}}))
        return "--config", file

    def backend(self, host, where):
        answer = self.world.get(where, host=host)
        return answer.backend if answer.status == 200 else answer.status

    def test_paths_of_several_ingresses_go_where_kubernetes_says(self):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        for name in ("all", "cart", "items", "pages"):
            world.write(f"{name}.json", json.dumps(service(name)))
            world.write(f"{name}-slice.json", json.dumps(endpoint_slice("127.0.0.1", world.start_backend(name), name=name, service_name=name)[0]))
        world.write("one.json", json.dumps(ingress("one", "shop.test", path("/", "Prefix", "all"), path("/cart/", "Prefix", "cart", "http"), path("/cart/items", "Exact", "items"),
                                                   path("/nobody", "Prefix", "nobody", "http"))))
        world.write("two.json", json.dumps(ingress("two", "shop.test", path("/cart/pages", "Prefix", "pages"), path("/item/[0-9]+", "ImplementationSpecific", "items"))))
        world.write("other.json", json.dumps(ingress("other", "shop.test", path("/cart", "Exact", "pages"), ingress_class="nginx")))
        world.start_solder(*self.settings())
        world.start_envoy()
        world.until_status("/", 200, host="shop.test")
        rows = {"/": "all", "/cart": "cart", "/cart/": "cart", "/cart/x": "cart", "/cartoon": "all", "/cart/items": "items", "/cart/items/1": "cart", "/cart/pages": "pages",
                "/cart/pages/1": "pages", "/cart/pagesx": "cart", "/item/7": "items", "/item/x": "all", "/item/7/x": "all", "/nobody": "all"}
        self.assertEqual({where: self.backend("shop.test", where) for where in rows}, rows)
        self.assertEqual(self.backend("other.test", "/"), 404)
        warning = world.until_state("Ingress", "one", "Warning", "Service shop/nobody is not there", namespace="shop")
        self.assertIn("spec.rules[0].http.paths[3].backend.service.name", warning["warnings"][0])
        # A default backend takes what is left, and goes with its Ingress.
        world.write("two.json", json.dumps(ingress("two", "two.test", path("/a", "Exact", "items"), default="pages")))
        until("the default backend answers", lambda: self.backend("other.test", "/") == "pages")
        self.assertEqual({where: self.backend("two.test", where) for where in ("/a", "/b")}, {"/a": "items", "/b": "pages"})
        self.assertEqual(self.backend("shop.test", "/cart/pages"), "cart")
        world.remove("two.json")
        until("it is gone", lambda: self.backend("other.test", "/") == 404)

    def test_an_api_server_brings_them_only_where_that_is_asked_for(self):
        world = self.world
        need_or_skip(kube_server.PROGRAMS)
        address = own_address()
        if address is None:
            self.skipTest("this machine has no address but loopback")
        kube = Kubernetes(world.directory / "kube")
        self.addCleanup(kube.stop)
        kube.add_namespaces("gloo-system", "shop")
        kube.add_definitions()
        kube.allow([*documented_rules(), {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["get", "list", "watch"]}])
        port = free_port()
        world.start_backend("cart", at=f"{address}:{port}")
        kube.apply(gateways(world.http_port, world.https_port), service(), *endpoint_slice(address, port), ingress("shop", "shop.test", path("/", "Prefix", "cart", "http")))
        world.start_solder(*self.settings(watch={"kubeconfig": str(kube.kubeconfig())}))
        world.start_envoy()
        world.until_status("/", 200, host="shop.test")
        self.assertEqual(self.backend("shop.test", "/x"), "cart")
        kube.apply(ingress("shop", "new.test", path("/", "Prefix", "cart")))
        until("the new host answers", lambda: self.backend("new.test", "/") == "cart")
        until("the old one does not", lambda: self.backend("shop.test", "/") == 404)


if __name__ == "__main__":
    unittest.main()
