"""Settings say where Consul is and that its services are upstreams, where Solder's own settings file says nothing: they are obeyed, and so are others that come later."""
import json
import unittest

from consul_kv_test import OnConsul
from consul_server import Consul
from harness import until
from manifests import gateways, prefix_route, virtual_service


def settings(consul, discovery=True, **more):
    spec = {"consul": {"httpAddress": consul.url.removeprefix("http://"), "serviceDiscovery": {"dataCenters": ["dc1"]}, **more}}
    if discovery:
        spec["consulDiscovery"] = {"useTlsTagging": False}
    return json.dumps({"apiVersion": "gloo.solo.io/v1", "kind": "Settings", "metadata": {"name": "default", "namespace": "gloo-system"}, "spec": spec})


class SettingsOfGloo(OnConsul):
    def setUp(self):
        super().setUp()
        self.start_consul()
        self.other = Consul(self.world.directory / "other")
        self.addCleanup(self.other.stop)
        for consul, name in ((self.consul, "one"), (self.other, "two")):
            consul.register("shop", self.world.start_backend(name))
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("upstream.yaml", """
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: shop, namespace: gloo-system}
spec: {consul: {serviceName: shop}}
""")
        self.world.write("routes.yaml", virtual_service("web", f"""
    - {{matchers: [{{prefix: /service}}], routeAction: {{single: {{consul: {{serviceName: shop}}}}}}}}
{prefix_route("/", "shop")}
"""))

    def until_served_by(self, name, path):
        until(f"{path} is served by {name}", lambda: self.world.get(path).backend == name)

    def test_they_are_obeyed_and_so_are_others(self):
        self.world.write("settings.yaml", settings(self.consul))
        self.world.start_solder()
        self.world.start_envoy()
        for path in ("/", "/service"):
            self.until_served_by("one", path)
        self.world.until_state("Settings", "default", "Accepted")
        self.world.write("settings.yaml", settings(self.other))
        for path in ("/", "/service"):
            self.until_served_by("two", path)
        # What was found stays where it was found, whoever is asked after a restart.
        self.world.solder.end()
        self.world.start_solder()
        for path in ("/", "/service"):
            self.until_served_by("two", path)
        self.world.write("settings.yaml", settings(self.other, discovery=False))
        until("the service's upstream goes", lambda: self.world.report("Upstream", "consul-svc:shop") is None)
        self.until_served_by("two", "/")

    def test_the_settings_file_counts_first_and_what_cannot_be_read_does_not(self):
        own = self.world.directory / "solder.yaml"
        own.write_text(json.dumps({"pluginConfig": {"consul": {"address": self.consul.url}}}))
        self.world.write("settings.yaml", settings(self.other))
        self.world.start_solder("--config", own)
        self.world.start_envoy()
        for path in ("/", "/service"):
            self.until_served_by("one", path)
        self.world.until_state("Settings", "default", "Warning", "NoEffect", "this first")
        self.world.write("settings.yaml", settings(self.consul, waitTime="20m"))
        self.world.until_state("Settings", "default", "Rejected", "InvalidValue", "between 1s and 9m")
        self.until_served_by("one", "/")


if __name__ == "__main__":
    unittest.main()
