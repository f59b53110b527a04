"""Solder on a real Kubernetes API server: objects in, statuses back, and what happens when something is in the way. Envoy answers for all of it."""
import json
import socket
import subprocess
import unittest

import certificates
import kube_server
from harness import BUILD, Case, admin, free_port, need_or_skip, until
from kube_server import Kubernetes
from manifests import gateways, tls_secret, upstream, virtual_service

GATEWAY = "gateway.solo.io/v1"


def service(name="cart", namespace="shop", port=80):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": {"clusterIP": "None", "ports": [{"name": "http", "port": port}]}}


def own_address():
    """An address of this machine that is not loopback, which the API server does not take for an endpoint's; None where there is none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return None
        return probe.getsockname()[0]


def endpoint_slice(address, *ports, name="cart-1", service_name="cart", namespace="shop"):
    return [{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": f"{name}-{port}", "namespace": namespace, "labels": {"kubernetes.io/service-name": service_name}},
             "addressType": "IPv4", "ports": [{"name": "http", "port": port}], "endpoints": [{"addresses": [address], "conditions": {"ready": True}}]} for port in ports]


def to_service(name="routes", namespace="gloo-system"):
    return virtual_service(name, "    - {matchers: [{prefix: /}], routeAction: {single: {kube: {ref: {name: cart, namespace: shop}, port: 80}}}}")


class OnKubernetes(Case):
    @classmethod
    def setUpClass(cls):
        need_or_skip(kube_server.PROGRAMS)

    def setUp(self):
        super().setUp()
        self.kube = Kubernetes(self.world.directory / "kube")
        self.addCleanup(self.kube.stop)
        self.kube.add_namespaces("gloo-system", "shop")

    def prepare(self, rules=None):
        self.kube.add_definitions()
        self.kube.allow(rules)
        self.one = self.world.start_backend("one")
        self.kube.apply(gateways(self.world.http_port, self.world.https_port), upstream("one", self.one), virtual_service("routes", "    - {matchers: [{prefix: /}], routeAction: {single: {upstream: {name: one, namespace: gloo-system}}}}", domains="[example.com]"))

    def start(self, watch=None, ready=True, **kubeconfig):
        config = {"pluginConfig": {"kubernetes": {"watch": watch or {"kubeconfig": str(self.kube.kubeconfig(**kubeconfig))}}}}
        settings = self.world.directory / "solder.yaml"
        settings.write_text(json.dumps(config))
        self.world.start_solder("--config", settings, ready=ready)

    def start_envoy(self):
        self.envoy = self.world.start_envoy()

    def source_says(self, *words):
        return self.world.until_state("ConfigSource", "kubernetes", "Warning", *words, namespace="")

    def source_is_well(self):
        until("the source has no problem", lambda: self.world.report("ConfigSource", "kubernetes", "") is None, 90)

    def status(self, kind, name, api_version=GATEWAY):
        found = self.kube.get(api_version, kind, name) or {}
        return found.get("status", {}).get("statuses", {}).get("gloo-system", {})

    def test_objects_are_served_and_statuses_written(self):
        self.prepare()
        self.start(user=self.kube.client_certificate())
        self.start_envoy()
        self.world.until_status("/", 200)
        until("the status is written", lambda: self.status("VirtualService", "routes").get("state") == "Accepted")
        # A new object, a change, and a mistake: each reaches Envoy, and its status the object.
        self.kube.apply(virtual_service("more", "    - {matchers: [{prefix: /more}], directResponseAction: {status: 201}}", domains="[more.test]"))
        self.world.until_status("/more", 201, host="more.test")
        self.kube.apply(virtual_service("more", "    - {matchers: [{prefix: /more}], directResponseAction: {status: 202}}", domains="[more.test]"))
        self.world.until_status("/more", 202, host="more.test")
        self.kube.apply(virtual_service("more", "    - {matchers: [{prefix: /more}], routeAction: {single: {upstream: {name: nobody, namespace: gloo-system}}}}", domains="[more.test]"))
        until("the mistake stands in the status", lambda: "nobody" in self.status("VirtualService", "more").get("reason", ""))
        now = self.kube.get(GATEWAY, "VirtualService", "more")
        self.assertEqual(now["metadata"]["generation"], now["status"]["statuses"]["gloo-system"]["details"]["observedGeneration"])
        self.kube.delete(GATEWAY, "VirtualService", "more")
        self.world.until_status("/more", 404, host="more.test")
        self.source_is_well()

    def test_what_others_write_into_a_status_stays_and_nothing_is_written_twice(self):
        self.prepare()
        self.start()
        until("the status is written", lambda: self.status("VirtualService", "routes").get("state") == "Accepted")
        path = self.kube.path(GATEWAY, "VirtualService", "gloo-system", "routes") + "/status?fieldManager=rival&force=true"
        self.kube.must("PATCH", path, {"apiVersion": GATEWAY, "kind": "VirtualService", "metadata": {"name": "routes", "namespace": "gloo-system"},
                                       "status": {"note": "mine", "statuses": {"elsewhere": {"state": "Rejected"}}}}, content_type="application/apply-patch+yaml")
        # Ours is taken away: it comes back, and the others' stay.
        self.kube.must("PATCH", self.kube.path(GATEWAY, "VirtualService", "gloo-system", "routes") + "/status", {"status": {"statuses": {"gloo-system": None}}}, content_type="application/merge-patch+json")
        until("the status is written again", lambda: self.status("VirtualService", "routes").get("state") == "Accepted")
        status = self.kube.get(GATEWAY, "VirtualService", "routes")["status"]
        self.assertEqual(("mine", {"state": "Rejected"}), (status["note"], status["statuses"]["elsewhere"]))
        # After another object's change was written, nothing else has moved.
        before = self.kube.get(GATEWAY, "VirtualService", "routes")["metadata"]["resourceVersion"]
        self.kube.apply(virtual_service("more", "    - {matchers: [{prefix: /more}], directResponseAction: {status: 201}}", domains="[more.test]"))
        until("the other's status is written", lambda: self.status("VirtualService", "more").get("state") == "Accepted")
        self.assertEqual(before, self.kube.get(GATEWAY, "VirtualService", "routes")["metadata"]["resourceVersion"])

    def test_endpoints_alone_move_when_slices_change(self):
        address = own_address()
        if address is None:
            self.skipTest("this machine has no address but loopback, which Kubernetes does not take for an endpoint's")
        self.prepare()
        one, two = free_port(), free_port()
        self.world.start_backend("one of the service", at=f"{address}:{one}")
        self.world.start_backend("two of the service", at=f"{address}:{two}")
        self.kube.delete(GATEWAY, "VirtualService", "routes")
        self.kube.apply(service(), *endpoint_slice(address, one), to_service())
        self.start()
        self.start_envoy()
        self.world.until_status("/", 200)
        received = self.envoy.resources_received()
        self.kube.apply(*endpoint_slice(address, two))
        self.kube.delete("discovery.k8s.io/v1", "EndpointSlice", f"cart-1-{one}", "shop")
        until("the other backend answers alone", lambda: {self.world.get().backend for _ in range(8)} == {"two of the service"})
        moved = {name for name, value in self.envoy.resources_received().items() if value != received.get(name, 0)}
        self.assertEqual({"cluster.kube-svc_shop-cart-80_shop.update_success"}, moved, "something besides endpoints was sent")

    def test_definitions_that_come_later_and_go(self):
        self.kube.allow()
        self.start()
        self.prepare()
        self.start_envoy()
        self.world.until_status("/", 200)

    def test_a_kind_that_may_not_be_read_is_named_with_its_rule(self):
        rules = kube_server.documented_rules()
        self.prepare([each for each in rules if "endpointslices" not in each["resources"]])
        self.start()
        self.start_envoy()
        self.world.until_status("/", 200)
        self.source_says("AccessDenied", "discovery.k8s.io", "endpointslices", "list, watch")
        self.kube.allow(rules)
        self.source_is_well()

    def test_the_server_is_killed_and_comes_back(self):
        self.prepare()
        self.start()
        self.start_envoy()
        self.world.until_status("/", 200)
        received = self.envoy.resources_received()
        self.kube.stop_server()
        self.source_says("ServerUnreachable")
        self.assertEqual(200, self.world.get().status)
        self.kube.start_server()
        self.source_is_well()
        self.assertEqual(received, self.envoy.resources_received(), "a server that came back as it was moved something")
        self.kube.apply(virtual_service("more", "    - {matchers: [{prefix: /more}], directResponseAction: {status: 201}}", domains="[more.test]"))
        self.world.until_status("/more", 201, host="more.test")

    def test_what_was_forgotten_meanwhile_is_listed_anew(self):
        """The server is away, and when it is back it does not remember the changes: objects that went are gone, those that came are there."""
        self.prepare()
        self.kube.apply(virtual_service("going", "    - {matchers: [{prefix: /}], directResponseAction: {status: 201}}", domains="[going.test]"))
        self.start()
        self.start_envoy()
        self.world.until_status("/", 201, host="going.test")
        self.world.solder.process.send_signal(19)  # asleep: its watches end, and what happens is compacted away
        try:
            self.kube.delete(GATEWAY, "VirtualService", "going")
            self.kube.apply(virtual_service("coming", "    - {matchers: [{prefix: /}], directResponseAction: {status: 202}}", domains="[coming.test]"))
            self.kube.stop_server()
            self.kube.compact()
            self.kube.start_server()
        finally:
            self.world.solder.process.send_signal(18)
        self.world.until_status("/", 202, host="coming.test")
        self.world.until_status("/", 404, host="going.test")
        self.source_is_well()

    def test_without_the_api_what_was_last_read_is_served(self):
        self.prepare()
        self.start()
        self.start_envoy()
        self.world.until_status("/", 200)
        self.world.solder.end()
        self.kube.stop_server()
        self.start()
        received = self.envoy.resources_received()
        self.source_says("ServerUnreachable")
        self.assertEqual(200, self.world.get().status)
        self.kube.start_server()
        self.source_is_well()
        self.kube.apply(virtual_service("more", "    - {matchers: [{prefix: /more}], directResponseAction: {status: 201}}", domains="[more.test]"))
        self.world.until_status("/more", 201, host="more.test")
        self.assertEqual({name: value for name, value in received.items() if name.startswith("cluster.")},
                         {name: value for name, value in self.envoy.resources_received().items() if name.startswith("cluster.")}, "an equal world moved clusters")

    def test_without_the_api_and_without_a_past_it_is_not_ready(self):
        self.prepare()
        self.kube.stop_server()
        self.start(ready=False)
        ready = admin(self.world.admin_port, "/readyz")
        self.assertEqual(503, ready.status)
        self.kube.start_server()
        until("it is ready", lambda: admin(self.world.admin_port, "/readyz").status == 200, 90)

    def test_chosen_namespaces_and_a_token_that_rotates(self):
        self.prepare()
        token = self.kube.directory / "token"
        token.write_text(kube_server.SOLDER)
        kubeconfig = self.kube.kubeconfig(user={"tokenFile": str(token)}, cluster={"certificate-authority": "server-ca.crt"})
        self.start({"kubeconfig": str(kubeconfig), "namespaces": ["gloo-system"]})
        self.start_envoy()
        self.world.until_status("/", 200)
        self.kube.apply(virtual_service("elsewhere", "    - {matchers: [{prefix: /}], directResponseAction: {status: 201}}", domains="[elsewhere.test]").replace("namespace: gloo-system}\nspec", "namespace: shop}\nspec"))
        token.write_text("nobody's")
        self.kube.stop_server()  # so that it asks anew
        self.kube.start_server()
        self.source_says("NotAuthenticated")
        self.assertEqual(200, self.world.get().status)
        token.write_text("other-token")
        self.source_is_well()
        self.assertIsNone(self.world.report("VirtualService", "elsewhere", "shop"))
        self.assertNotIn("other-token", (self.world.directory / "solder.log").read_text())

    def test_secrets_of_chosen_namespaces_alone(self):
        rules = [{**rule, "resources": [name for name in rule["resources"] if name != "secrets"]} for rule in kube_server.documented_rules()]
        self.prepare(rules)
        user = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "solder"}]
        own = certificates.make("shop.test")
        for namespace in ("shop", "gloo-system"):  # in the latter for what replicas share
            self.kube.apply({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "secrets", "namespace": namespace}, "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch"]}]},
                            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "secrets", "namespace": namespace}, "subjects": user,
                             "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "secrets"}})
            self.kube.apply(tls_secret("own", own.certificate, own.key).replace("namespace: gloo-system", f"namespace: {namespace}"))
            self.kube.apply({"apiVersion": GATEWAY, "kind": "VirtualService", "metadata": {"name": namespace, "namespace": "gloo-system"}, "spec": {
                "sslConfig": {"secretRef": {"name": "own", "namespace": namespace}, "sniDomains": [f"{namespace}.test"]},
                "virtualHost": {"domains": [f"{namespace}.test"], "routes": [{"matchers": [{"prefix": "/"}], "directResponseAction": {"status": 200}}]}}})
        self.start({"kubeconfig": str(self.kube.kubeconfig()), "secretNamespaces": ["shop"]})
        self.world.until_state("VirtualService", "shop", "Accepted")
        self.world.until_state("VirtualService", "gloo-system", "Rejected", "the Secret gloo-system/own is not there")
        self.source_is_well()

    def test_apply_and_delete(self):
        self.prepare()
        admin_config = self.kube.kubeconfig("admin.kubeconfig", user={"token": kube_server.ADMIN})
        settings = self.world.directory / "store.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"kubernetes": {"watch": {"kubeconfig": str(admin_config)}}}}))

        def solder(*arguments, text=None, code=0):
            done = subprocess.run([BUILD / "bin/solder", *arguments, "--config", settings, "--plugin-dir", BUILD / "lib/solder/plugins"], capture_output=True, text=True, input=text, timeout=180, check=False)
            self.assertEqual(code, done.returncode, done.stdout + done.stderr)
            return done.stdout + done.stderr
        more = virtual_service("more", "    - {matchers: [{prefix: /more}], directResponseAction: {status: 201}}", domains="[more.test]")
        self.assertIn("written to kubernetes", solder("apply", "-f", "-", text=more))
        self.assertEqual(["more.test"], self.kube.get(GATEWAY, "VirtualService", "more")["spec"]["virtualHost"]["domains"])
        self.assertIn("more.test", solder("get", "virtualservice", "more", "--stored", "-o", "yaml"))
        # Whether it is the schema or the merge that refuses it, the API server's words come out.
        self.assertRegex(solder("apply", "-f", "-", text=more.replace("[more.test]", "7"), code=1), "Invalid value|expected list")
        solder("delete", "virtualservice", "more")
        self.assertIsNone(self.kube.get(GATEWAY, "VirtualService", "more"))
        self.assertIn("not found", solder("delete", "virtualservice", "more", code=1))

    def test_a_wrong_authority_is_not_believed(self):
        self.prepare()
        self.start(ready=False, cluster={"certificate-authority": "client-ca.crt"})
        until("it says why", lambda: "certificate" in admin(self.world.admin_port, "/readyz").text)
        self.assertEqual(503, admin(self.world.admin_port, "/readyz").status)


if __name__ == "__main__":
    unittest.main()
