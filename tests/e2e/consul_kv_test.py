"""Objects kept in a real Consul's KV store, as Gloo keeps them: a real Envoy serves what they say, and what became of each is written beside it."""
import json
import unittest

import consul_server
from consul_server import Consul
from harness import Case, need_or_skip, until
from manifests import gateways, upstream, virtual_service

SERVICE = "gloo/gateway.solo.io/v1/VirtualService/gloo-system"


def answer(status, domain="example.com", name="routes"):
    return virtual_service(name, f"    - {{matchers: [{{prefix: /}}], directResponseAction: {{status: {status}}}}}", domains=f"[{domain}]")


class OnConsul(Case):
    @classmethod
    def setUpClass(cls):
        need_or_skip(consul_server.PROGRAMS)

    def start_consul(self, **how):
        self.consul = Consul(self.world.directory / "consul", **how)
        self.addCleanup(self.consul.stop)

    def start(self, ready=True, **more):
        config = {"address": self.consul.url, "kvSource": {}, **more}
        settings = self.world.directory / "solder.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"consul": config}}))
        self.world.start_solder("--config", settings, ready=ready)

    def source_says(self, *words, state="Warning"):
        return self.world.until_state("ConfigSource", "consul", state, *words, namespace="")

    def source_is_well(self):
        until("the source has no problem", lambda: self.world.report("ConfigSource", "consul", "") is None, 90)

    def status(self, name="routes", kind="VirtualService", api_version="gateway.solo.io/v1"):
        text = self.consul.get(f"gloo/status/{api_version}/{kind}/gloo-system/{name}")
        return json.loads(text) if text else {}

    def until_written(self, state, *words, name="routes"):
        def attempt():
            status = self.status(name)
            assert status.get("state") == state and all(word in status["reason"] for word in words), status
            return status
        return until(f"the status of {name} is {state}", attempt)

    def prepare(self):
        self.port = self.world.start_backend("one")
        self.consul.apply(gateways(self.world.http_port, self.world.https_port), upstream("one", self.port), answer(201))


class Objects(OnConsul):
    def test_objects_come_change_and_go_and_statuses_are_written(self):
        self.start_consul()
        self.prepare()
        self.start()
        self.world.start_envoy()
        self.world.until_status("/", 201)
        self.until_written("Accepted")
        self.consul.apply(answer(202))
        self.world.until_status("/", 202)
        # A manifest as in a file does as well, JSON too.
        more = {"apiVersion": "gateway.solo.io/v1", "kind": "VirtualService", "metadata": {"name": "more", "namespace": "gloo-system"},
                "spec": {"virtualHost": {"domains": ["more.test"], "routes": [{"matchers": [{"prefix": "/"}], "routeAction": {"single": {"upstream": {"name": "one", "namespace": "gloo-system"}}}}]}}}
        self.consul.put(f"{SERVICE}/more", json.dumps(more))
        self.world.until_status("/", 200, host="more.test")
        self.until_written("Accepted", name="more")
        self.consul.put(f"{SERVICE}/more", json.dumps(more).replace('"one"', '"nobody"'))
        self.until_written("Warning", "nobody", name="more")
        self.consul.delete(f"{SERVICE}/more")
        self.world.until_status("/", 404, host="more.test")
        until("its status goes with it", lambda: self.status("more") == {})
        self.source_is_well()

    def test_nothing_is_written_twice_and_what_others_write_is_put_right(self):
        self.start_consul()
        self.prepare()
        self.start()
        self.until_written("Accepted")
        key = "gloo/status/gateway.solo.io/v1/VirtualService/gloo-system/routes"
        before = self.consul.entry(key)["ModifyIndex"]
        self.consul.apply(answer(201, "other.test", "other"))
        self.until_written("Accepted", name="other")
        self.assertEqual(before, self.consul.entry(key)["ModifyIndex"], "an equal status was written")
        self.world.solder.end()
        self.start()
        self.consul.apply(answer(203, "third.test", "third"))
        self.until_written("Accepted", name="third")
        self.assertEqual(before, self.consul.entry(key)["ModifyIndex"], "a restart wrote an equal status")
        # Another hand was in between: the next write finds out, and what it says counts.
        self.consul.put(key, "{}")
        self.consul.apply(virtual_service("routes", "    - {matchers: [{prefix: /}], routeAction: {single: {upstream: {name: nobody, namespace: gloo-system}}}}"))
        self.until_written("Warning", "nobody")

    def test_what_is_no_object_is_named_and_passed_over(self):
        self.start_consul()
        self.prepare()
        self.consul.put(f"{SERVICE}/broken", "virtualHost: [")
        self.consul.put(f"{SERVICE}/too/deep", "virtualHost: {}")
        self.consul.put(f"{SERVICE}/misnamed", "metadata: {name: other}\nvirtualHost: {domains: [misnamed.test]}")
        self.consul.put(f"{SERVICE}/list", "- a")
        self.consul.put(f"{SERVICE}/unknown", "virtualHost: {domains: [unknown.test]}\nvirtualHosts: {}")
        self.consul.put("gloo/gateway.solo.io/v1/VirtualServise/gloo-system/a", "x")
        self.consul.put("gloo/notes", "x")
        self.consul.put("gloo/gateway.solo.io/v1/RouteTable/", "")  # as Consul's own pages make them
        self.start()
        self.world.start_envoy()
        self.world.until_status("/", 201)
        said = self.source_says("broken", "(line 2)", "too/deep", "misnamed", "other", "it is no map", "VirtualServise/", "gloo/notes")
        self.assertNotIn("RouteTable/ ", json.dumps(said))
        self.world.until_state("VirtualService", "unknown", "Rejected", "virtualHosts")
        self.until_written("Rejected", "virtualHosts", name="unknown")
        # What was good before it was broken is served on.
        self.consul.put(f"{SERVICE}/routes", "virtualHost: [")
        self.source_says("gloo-system/routes")
        self.assertEqual(201, self.world.get().status)
        self.consul.delete("gloo/notes")
        self.consul.delete("gloo/gateway.solo.io/v1/VirtualServise/gloo-system/a")
        for name in ("broken", "too/deep", "misnamed", "list"):
            self.consul.delete(f"{SERVICE}/{name}")
        self.consul.apply(answer(204))
        self.world.until_status("/", 204)
        self.source_is_well()

    def test_one_among_thousands_is_found(self):
        self.start_consul()
        self.prepare()
        self.consul.put_all((f"{SERVICE}/route-{i:04}", f"virtualHost: {{domains: [h{i}.test], routes: [{{matchers: [{{prefix: /}}], directResponseAction: {{status: 201}}}}]}}") for i in range(1500))
        self.start(kvSource={"writeStatuses": False})
        self.world.start_envoy()
        for i in (0, 777, 1499):
            self.world.until_status("/", 201, host=f"h{i}.test")
            self.consul.put(f"{SERVICE}/route-{i:04}", f"virtualHost: {{domains: [h{i}.test], routes: [{{matchers: [{{prefix: /}}], directResponseAction: {{status: 202}}}}]}}")
            self.world.until_status("/", 202, host=f"h{i}.test")
        self.consul.delete(f"{SERVICE}/route-0777")
        self.world.until_status("/", 404, host="h777.test")
        self.consul.put(f"{SERVICE}/route-07770", "virtualHost: {domains: [h777.test], routes: [{matchers: [{prefix: /}], directResponseAction: {status: 203}}]}")
        self.world.until_status("/", 203, host="h777.test")


if __name__ == "__main__":
    unittest.main()
