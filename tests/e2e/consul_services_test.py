"""Services of a real Consul get requests through a real Envoy: instances by health, tags and data center, and an Upstream for each service."""
import collections
import json
import unittest

from consul_kv_test import OnConsul
from consul_server import Consul
from harness import free_port, get_json, until
from manifests import gateways, prefix_route, virtual_service


def consul_upstream(name, spec):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  consul: {json.dumps(spec)}
"""


class Services(OnConsul):
    def setUp(self):
        super().setUp()
        self.start_consul()
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))

    def start_with(self, **config):
        settings = self.world.directory / "solder.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"consul": {"address": self.consul.url, **config}}}))
        self.world.start_solder("--config", settings)

    def add(self, name, service="shop", **how):
        port = self.world.start_backend(name)
        self.consul.register(service, port, **how)
        return port

    def until_served_by(self, *names, path="/", **how):
        def attempt():
            answers = collections.Counter(self.world.get(path, **how).backend for _ in range(6 * max(1, len(names))))
            self.assertEqual(set(names), set(answers))
            return answers
        return until(f"{names} serve {path}", attempt)

    def endpoints(self):
        """What Envoy has of each endpoint, by port."""
        out = {}
        for config in get_json(self.envoy.admin_port, "/config_dump?include_eds")["configs"]:
            for each in config.get("dynamic_endpoint_configs", []):
                for locality in each["endpoint_config"].get("endpoints", []):
                    for endpoint in locality["lb_endpoints"]:
                        out[endpoint["endpoint"]["address"]["socket_address"]["port_value"]] = (locality.get("locality", {}), endpoint)
        return out

    def test_health_moves_endpoints_and_nothing_else(self):
        one, two = self.add("one"), self.add("two")
        self.world.write("upstream.yaml", consul_upstream("shop", {"serviceName": "shop"}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "shop")))
        self.start_with(endpointHealth="WARNING")
        self.envoy = self.world.start_envoy()
        self.until_served_by("one", "two")
        received = self.envoy.resources_received()
        self.consul.health("shop", one, "critical")
        self.until_served_by("two")
        self.consul.health("shop", one, "warning")
        self.until_served_by("one", "two")
        self.consul.deregister("shop", two)
        self.until_served_by("one")
        moved = {name for name, value in self.envoy.resources_received().items() if value != received.get(name, 0)}
        self.assertEqual({"cluster.shop_gloo-system.update_success"}, moved, "something besides endpoints was sent")
        self.world.until_state("Upstream", "shop", "Accepted")

    def test_tags_weights_and_localities(self):
        self.add("blue", tags=["blue", "v2"], meta={"region": "eu", "zone": "a"})
        port = self.add("green", tags=["green"], weights={"Passing": 9, "Warning": 1}, meta={"region": "eu", "zone": "b", "sub_zone": "r1"})
        self.add("old", tags=["green", "old"])
        self.world.write("upstream.yaml", consul_upstream("shop", {"serviceName": "shop", "subsetTags": ["blue", "green"], "instanceBlacklistTags": ["old"], "dataCenters": ["dc1"]}))
        self.world.write("only.yaml", consul_upstream("only", {"serviceName": "shop", "instanceTags": ["v2"], "consistencyMode": "StaleMode", "queryOptions": {"useCache": True}}))
        match = "subset: {values: {tag_blue: '0', tag_green: '1'}}"
        self.world.write("routes.yaml", virtual_service("web", f"""
    - matchers: [{{prefix: /green}}]
      routeAction: {{single: {{upstream: {{name: shop, namespace: gloo-system}}, {match}}}}}
{prefix_route("/only", "only")}
{prefix_route("/", "shop")}
"""))
        self.start_with()
        self.envoy = self.world.start_envoy()
        self.until_served_by("blue", "green")
        self.until_served_by("blue", path="/only")
        self.until_served_by("green", path="/green")
        locality, endpoint = self.endpoints()[port]
        self.assertEqual({"region": "eu", "zone": "b", "sub_zone": "r1"}, locality)
        self.assertEqual(9, endpoint["load_balancing_weight"])

    def test_every_service_is_an_upstream_that_routes_find(self):
        self.add("cart", service="cart", tags=["v1"])
        self.add("cart two", service="cart", tags=["v2"])
        self.world.write("routes.yaml", virtual_service("web", """
    - {matchers: [{prefix: /one}], routeAction: {single: {consul: {serviceName: cart, tags: [v1]}}}}
    - matchers: [{prefix: /both}]
      routeAction: {multi: {destinations: [{weight: 1, destination: {consul: {serviceName: cart, tags: [v1]}}}, {weight: 1, destination: {consul: {serviceName: cart, tags: [v2], dataCenters: [dc1]}}}]}}
    - {matchers: [{prefix: /later}], routeAction: {single: {consul: {serviceName: later}}}}
    - {matchers: [{prefix: /}], routeAction: {single: {upstream: {name: cart, namespace: gloo-system}}}}
""").replace("gloo-system}\nspec", "elsewhere}\nspec"))
        self.start_with(upstreamDiscovery={"writeUpstreams": True})
        self.envoy = self.world.start_envoy()
        self.until_served_by("cart", path="/one")
        self.until_served_by("cart", "cart two", path="/both")
        self.until_served_by("cart", "cart two")
        self.world.until_state("Upstream", "consul-svc:cart", "Accepted")
        self.add("later", service="later")
        self.until_served_by("later", path="/later")
        port = free_port()
        self.consul.register("gone", port)
        self.world.until_state("Upstream", "consul-svc:gone", "Accepted")
        self.consul.deregister("gone", port)
        until("its upstream goes with a service", lambda: self.world.report("Upstream", "consul-svc:gone") is None)

    def test_instances_with_names_are_resolved_by_envoy(self):
        self.add("by name", address="node-dc1.node.dc1.consul", tags=["named"])
        self.add("by address")
        self.world.write("upstream.yaml", consul_upstream("shop", {"serviceName": "shop"}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "shop")))
        self.start_with(dnsAddress=f"127.0.0.1:{self.consul.ports['dns']}", dnsPollingInterval="1s")
        self.envoy = self.world.start_envoy()
        self.until_served_by("by name", "by address")
        self.world.until_state("Upstream", "shop", "Accepted")

    def test_another_data_center(self):
        other = Consul(self.world.directory / "other", data_center="dc2", join=self.consul)
        self.addCleanup(other.stop)
        self.add("here", tags=["v1"])
        port = self.world.start_backend("there")
        other.register("shop", port, tags=["v2"])
        until("the data centers know each other", lambda: sorted(self.consul.must("GET", "/v1/catalog/datacenters")) == ["dc1", "dc2"])
        self.world.write("routes.yaml", virtual_service("web", """
    - {matchers: [{prefix: /there}], routeAction: {single: {consul: {serviceName: shop, dataCenters: [dc2]}}}}
    - {matchers: [{prefix: /}], routeAction: {single: {consul: {serviceName: shop}}}}
"""))
        self.start_with(upstreamDiscovery={})
        self.envoy = self.world.start_envoy()
        self.until_served_by("here", "there")
        self.until_served_by("there", path="/there")

    def test_what_was_found_stays_while_nobody_answers_and_over_a_restart(self):
        self.add("one")
        self.world.write("upstream.yaml", consul_upstream("shop", {"serviceName": "shop"}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "shop")))
        self.start_with()
        self.envoy = self.world.start_envoy()
        self.until_served_by("one")
        self.consul.stop()
        self.world.until_state("Upstream", "shop", "Warning", "DiscoveryFailed", "does not answer")
        self.until_served_by("one")
        self.assertEqual(0, self.world.solder.end())
        self.start_with()
        self.world.until_state("Upstream", "shop", "Warning", "DiscoveryFailed")
        self.until_served_by("one")
        self.consul.start()
        self.world.until_state("Upstream", "shop", "Accepted")
        self.add("two")
        self.until_served_by("one", "two")


if __name__ == "__main__":
    unittest.main()
