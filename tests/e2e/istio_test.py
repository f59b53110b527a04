"""Istio's route rules through a real Envoy: routes, weights, subsets, faults, TLS that ends here or passes through, out of files and of a real API server."""
import collections
import json
import tempfile
import unittest

import certificates
import kube_server
from harness import Case, free_port, need_or_skip, request, until
from kube_server import Kubernetes, documented_rules
from kubernetes_api_test import endpoint_slice, own_address, service
from manifests import gateways, tls_secret
from manifests import virtual_service as own_service

ISTIO = "networking.istio.io"
HOST = "reviews.test"


def istio(kind, name, spec, version="v1", namespace="shop"):
    return {"apiVersion": f"{ISTIO}/{version}", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def gateway(*servers):
    return istio("Gateway", "web", {"selector": {"istio": "ingressgateway"}, "servers": list(servers) or [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*.test"]}]})


def virtual_service(*routes, name="reviews", hosts=(HOST,), version="v1"):
    return istio("VirtualService", name, {"hosts": list(hosts), "gateways": ["web"], "http": list(routes)}, version)


def to(host="reviews", weight=None, **more):
    return {"destination": {"host": host, **more}, **({} if weight is None else {"weight": weight})}


def route(prefix, *destinations, **more):
    return {"match": [{"uri": {"prefix": prefix}}], **({"route": list(destinations)} if destinations else {}), **more}


# Of ours, so that something listens where Istio's rules have no host.
OWN = own_service("own", "    - {directResponseAction: {status: 200}}", domains="[own.test]")
RULE = {"host": "reviews.shop.svc.cluster.local", "subsets": [{"name": "v1", "labels": {"version": "v1"}}, {"name": "v2", "labels": {"version": "v2"}},
                                                              {"name": "v3", "labels": {"version": "v3"}, "trafficPolicy": {"loadBalancer": {"simple": "ROUND_ROBIN"}}}]}


class IstioCase(Case):
    def serve(self, **config):
        file = self.world.directory / "solder.yaml"
        file.write_text(json.dumps({"pluginConfig": {"istio": {"discoverRouteRules": True, **config}}}))
        self.world.start_solder("--config", file)
        return self.world.start_envoy()

    def put_gateways(self):
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("own.yaml", OWN)

    def put(self, *objects):
        for each in objects:
            self.world.write(f"{each['kind']}-{each['metadata']['name']}.json", json.dumps(each))

    def put_service(self, *versions, name="reviews"):
        """A Service whose pods are backends of these versions, each of its own port and at the same address."""
        self.put(service(name, port=9080))
        for version in versions:
            pod = f"{name}-{version}"
            labelled = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod, "namespace": "shop", "labels": {"version": version}}, "status": {"phase": "Running", "podIP": "127.0.0.1"}}
            slices = endpoint_slice("127.0.0.1", self.world.start_backend(version), name=pod, service_name=name)
            slices[0]["endpoints"][0]["targetRef"] = {"kind": "Pod", "namespace": "shop", "name": pod}
            self.put(labelled, *slices)

    def backends(self, path="/", count=40, **how):
        return collections.Counter(self.world.get(path, host=HOST, **how).backend for _ in range(count))


class Istio(IstioCase):
    def test_requests_go_where_the_rules_say(self):
        world = self.world
        self.put_gateways()
        self.put_service("v1", "v2", "v3")
        self.put(gateway(), istio("DestinationRule", "reviews", RULE), virtual_service(
            {"match": [{"headers": {"x-user": {"exact": "jason"}}}], "route": [to(subset="v2")]},
            route("/v3", to(subset="v3"), rewrite={"uri": "/rewritten"}),
            route("/missing", to(subset="v9")),
            route("/fault", to(), fault={"abort": {"httpStatus": 418, "percentage": {"value": 100}}}),
            route("/old", redirect={"uri": "/new", "authority": "www.test", "redirectCode": 302}),
            route("/health", directResponse={"status": 200, "body": {"string": "well"}}),
            {"match": [{"uri": {"regex": ".*\\.png"}, "method": {"exact": "GET"}}, {"uri": {"exact": "/Upper"}, "ignoreUriCase": True}], "route": [to(subset="v1")],
             "headers": {"request": {"set": {"x-set": "1"}, "remove": ["x-gone"]}, "response": {"add": {"x-answer": "2"}}}},
            route("/pods", to(subset="v1"), match=[{"uri": {"prefix": "/pods"}, "sourceLabels": {"app": "x"}}]),
            {"route": [to(weight=50, subset="v1"), to(weight=50, subset="v2")]}))
        self.serve()
        world.until_status("/", 200, host=HOST)
        self.assertEqual(set(self.backends(headers={"x-user": "jason"})), {"v2"})
        self.assertEqual(set(self.backends("/v3")), {"v3"})
        self.assertEqual(world.get("/v3/x", host=HOST).echo["path"], "/rewritten/x")
        shares = self.backends(count=200)
        self.assertEqual(set(shares), {"v1", "v2"})
        self.assertGreater(min(shares.values()), 50, shares)
        self.assertEqual(world.get("/missing", host=HOST).status, 503)
        self.assertEqual(world.get("/fault", host=HOST).status, 418)
        moved = world.get("/old", host=HOST)
        self.assertEqual((moved.status, moved.headers["location"]), (302, "http://www.test/new"))
        self.assertEqual(world.get("/health", host=HOST).text, "well")
        picture = world.get("/a/b.png", host=HOST, headers={"x-gone": "1"})
        self.assertEqual((picture.backend, picture.headers["x-answer"]), ("v1", "2"))
        self.assertEqual(picture.echo["headers"].get("x-set"), ["1"])
        self.assertNotIn("x-gone", picture.echo["headers"])
        self.assertEqual({world.get(path, host=HOST).backend for path in ("/upper", "/UPPER")}, {"v1"})
        report = world.until_state("VirtualService.networking.istio.io", "reviews", "Warning", "sourceLabels", "v9", namespace="shop")
        self.assertEqual({each["field"] for each in report["details"]}, {"spec.http[2].route[0].destination.subset", "spec.http[7].match[0].sourceLabels"})
        self.assertEqual(world.get("/", host="other.test").status, 404)

    def test_changes_are_followed_and_what_is_wrong_stops_nothing_else(self):
        world = self.world
        self.put_gateways()
        self.put_service("v1", "v2")
        rule = istio("DestinationRule", "reviews", {**RULE, "trafficPolicy": {"loadBalancer": {"consistentHash": {"httpHeaderName": "x-user"}}}}, "v1beta1")
        self.put(gateway(), rule, virtual_service({"route": [to()]}, version="v1alpha3"))
        envoy = self.serve()
        world.until_status("/", 200, host=HOST)
        for user in ("a", "b", "c", "d"):
            self.assertEqual(len(self.backends(count=10, headers={"x-user": user})), 1, "one user has one backend")
        self.put(virtual_service({"route": [to(subset="v2")]}))
        until("the subset answers alone", lambda: set(self.backends()) == {"v2"})
        # A second virtual service of the same host; its catch-all comes last, as does the other's.
        self.put(virtual_service(route("/more", to(subset="v1")), name="more"))
        until("both are served", lambda: set(self.backends("/more")) == {"v1"})
        self.assertEqual(set(self.backends("/")), {"v2"})
        world.until_state("VirtualService", f"istio-{HOST}", "Accepted")
        self.put(virtual_service(route("/more", to(subset="v1")), {"match": 7, "route": "nowhere"}, name="more"))
        world.until_state("VirtualService.networking.istio.io", "more", "Warning", "spec.http[1].route", namespace="shop")
        self.assertEqual(set(self.backends("/more")), {"v1"})
        # Without the rule there are no subsets; without the virtual service there is no host.
        world.remove("DestinationRule-reviews.json")
        until("a subset that is gone answers 503", lambda: world.get("/more", host=HOST).status == 503)
        self.put(rule)
        until("it is back", lambda: set(self.backends("/more")) == {"v1"})
        for name in ("more", "reviews"):
            world.remove(f"VirtualService-{name}.json")
        world.until_status("/", 404, host=HOST)
        self.assertEqual(envoy.stats("listener_manager.lds.update_rejected")["listener_manager.lds.update_rejected"], 0)

    def test_entries_outlier_detection_and_mirrors(self):
        world = self.world
        self.put_gateways()
        good, mirrored, dead = world.start_backend("good"), world.start_backend("mirrored"), free_port()
        port = [{"number": 80, "name": "http", "protocol": "HTTP"}]
        self.put(gateway(),
                 istio("ServiceEntry", "good", {"hosts": ["good.org"], "resolution": "STATIC", "ports": port, "endpoints": [{"address": "127.0.0.1", "ports": {"http": each}} for each in (good, dead)]}),
                 istio("ServiceEntry", "mirror", {"hosts": ["mirror.org"], "resolution": "DNS", "ports": port, "endpoints": [{"address": "localhost", "ports": {"http": mirrored}}]}),
                 istio("DestinationRule", "good", {"host": "good.org", "trafficPolicy": {"outlierDetection": {"consecutive5xxErrors": 1, "interval": "0.2s", "baseEjectionTime": "300s", "maxEjectionPercent": 100}}}),
                 virtual_service({"route": [to("good.org")], "retries": {"attempts": 0}, "rewrite": {"authority": "good.org"}, "mirror": {"host": "mirror.org", "port": {"number": 80}}}))
        envoy = self.serve()
        world.until_status("/", 200, host=HOST)
        until("the endpoint that fails is put aside", lambda: all(world.get("/", host=HOST).status == 200 for _ in range(20)))
        self.assertEqual(world.get("/", host=HOST).echo["host"], "good.org")
        until("requests are mirrored", lambda: sum(envoy.stats("cluster.istio_mirror.*upstream_rq_total$").values()) > 10)

    def test_tls_ends_here_or_passes_through(self):
        world = self.world
        self.put_gateways()
        own, through = certificates.make("ends.test"), certificates.make("through.test")
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/cert.pem", f"{folder}/key.pem"]
            for path, text in zip(files, (through.certificate, through.key)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            secure = world.start_backend("secure", *files)
        world.write("secret.yaml", tls_secret("own", own.certificate, own.key).replace("namespace: gloo-system", "namespace: shop"))
        streams, plain = free_port(), world.start_backend("plain")
        entry = [{"number": 443, "name": "tls", "protocol": "TLS"}]
        self.put(gateway({"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["ends.test"], "tls": {"httpsRedirect": True}},
                         {"port": {"number": 443, "name": "https", "protocol": "HTTPS"}, "hosts": ["ends.test"], "tls": {"mode": "SIMPLE", "credentialName": "own"}},
                         {"port": {"number": streams, "name": "tls", "protocol": "TLS"}, "hosts": ["through.test"], "tls": {"mode": "PASSTHROUGH"}}),
                 istio("ServiceEntry", "secure", {"hosts": ["secure.org"], "resolution": "STATIC", "ports": entry, "endpoints": [{"address": "127.0.0.1", "ports": {"tls": secure}}]}),
                 istio("ServiceEntry", "plain", {"hosts": ["plain.org"], "resolution": "STATIC", "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
                                                 "endpoints": [{"address": "127.0.0.1", "ports": {"http": plain}}]}),
                 istio("VirtualService", "streams", {"hosts": ["through.test"], "gateways": ["web"], "tls": [{"match": [{"sniHosts": ["through.test"]}], "route": [to("secure.org")]}]}),
                 virtual_service({"route": [to("plain.org")]}, name="own", hosts=["ends.test"]))
        self.serve()
        until("TLS ends here", lambda: self.secure_answer(world.https_port, "ends.test") == "plain")
        redirected = world.until_status("/x", 301, host="ends.test")
        self.assertEqual((redirected.status, redirected.headers["location"]), (301, "https://ends.test/x"))
        until("TLS passes through", lambda: self.secure_answer(streams, "through.test") == "secure")

    @staticmethod
    def secure_answer(port, name):
        try:
            return request(port, "/", host=name, sni=name).backend
        except OSError:
            return None

    def test_nothing_is_served_unasked(self):
        world = self.world
        self.put_gateways()
        self.put_service("v1")
        self.put(gateway(), virtual_service({"route": [to()]}))
        world.start_solder()
        world.start_envoy()
        world.until_state("VirtualService.networking.istio.io", "reviews", "Accepted", namespace="shop")
        world.until_status("/", 404, host=HOST)
        # Settings may switch it on, at once.
        settings = {"apiVersion": "gloo.solo.io/v1", "kind": "Settings", "metadata": {"name": "default", "namespace": "gloo-system"}, "spec": {"gloo": {"istioOptions": {"discoverRouteRules": True}}}}
        self.put(settings)
        world.until_status("/", 200, host=HOST)
        world.remove("Settings-default.json")
        world.until_status("/", 404, host=HOST)

    def test_an_api_server_brings_them_in_whichever_version_it_prefers(self):
        world = self.world
        need_or_skip(kube_server.PROGRAMS)
        address = own_address()
        if address is None:
            self.skipTest("this machine has no address but loopback")
        kube = Kubernetes(world.directory / "kube")
        self.addCleanup(kube.stop)
        kube.add_namespaces("gloo-system", "shop")
        kube.add_definitions()
        kube.allow(documented_rules())
        port = free_port()
        world.start_backend("cart", at=f"{address}:{port}")
        kube.apply(gateways(world.http_port, world.https_port), OWN, service(), *endpoint_slice(address, port))
        file = world.directory / "solder.yaml"
        file.write_text(json.dumps({"pluginConfig": {"istio": {"discoverRouteRules": True}, "kubernetes": {"watch": {"kubeconfig": str(kube.kubeconfig())}}}}))
        world.start_solder("--config", file)
        world.start_envoy()
        # Istio is installed later, as an old one whose newest version is v1beta1.
        for plural, kind in (("virtualservices", "VirtualService"), ("gateways", "Gateway"), ("destinationrules", "DestinationRule"), ("serviceentries", "ServiceEntry")):
            kube.apply(definition(plural, kind))
            until(f"{plural} are served", lambda at=plural: kube.ask("GET", f"/apis/{ISTIO}/v1beta1/{at}?limit=1")[0] == 200)
        kube.apply(istio("Gateway", "web", gateway()["spec"], "v1beta1"), virtual_service({"route": [to("cart")]}, name="cart", version="v1alpha3"))
        world.until_status("/", 200, host=HOST)
        self.assertEqual(world.get("/", host=HOST).backend, "cart")
        kube.delete(f"{ISTIO}/v1beta1", "VirtualService", "cart", "shop")
        world.until_status("/", 404, host=HOST)


def definition(plural, kind):
    """As Istio's own, but for the schema."""
    versions = [{"name": name, "served": True, "storage": name == "v1beta1", "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}} for name in ("v1alpha3", "v1beta1")]
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{ISTIO}"},
            "spec": {"group": ISTIO, "scope": "Namespaced", "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}, "versions": versions}}


if __name__ == "__main__":
    unittest.main()
