"""Apps of Cloud Foundry get requests through a real Envoy: by their internal routes, their containers and the router, while instances, apps, tokens and the Cloud Controller itself come and go. The Cloud Controller is that of
cloud_foundry_server.py."""
import collections
import json
import sys
import unittest

from harness import HERE, Case, Process, free_port, get_json, request, until
from manifests import gateways, prefix_route, virtual_service

PASSWORD = {"username": "reader", "password": "pass word&1"}
CLIENT = {"clientId": "solder", "clientSecret": "s3cr3t/+:x"}


def upstream(name, spec):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  cloudFoundry: {json.dumps(spec)}
"""


class OnCloudFoundry(Case):
    def setUp(self):
        super().setUp()
        self.api_port, self.dns_port, self.port = free_port(), free_port(), free_port()
        self.start_platform()
        self.apps = {}
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))

    def start_platform(self):
        self.platform = Process("platform", [sys.executable, HERE / "cloud_foundry_server.py", self.api_port, self.dns_port], self.world.directory / "platform.log")
        begun = self.platform.log.read_text().count("listening")
        self.world.start(self.platform, lambda: self.platform.log.read_text().count("listening") > begun)

    def put(self, path, body):
        self.assertEqual(200, request(self.api_port, f"/test/{path}", method="PUT", body=json.dumps(body).encode()).status)

    def app(self, name="cart", space="shop/prod", **how):
        """There is such an app, or it is another one from now on; without anything of it there is none."""
        apps = self.apps.setdefault(space, {"apps": {}})["apps"]
        if how:
            apps[name] = how
        else:
            del apps[name]
        self.put("world", self.apps)

    def cart(self, *instances, **more):
        """The app `cart`, whose instances are the backends at 127.0.0.LAST: each a last number, or a number and a state."""
        web = [{"ip": f"127.0.0.{last}", "host": f"127.0.0.{last}", "state": state, "internal": self.port, "external": self.port} for last, state in (each if isinstance(each, tuple) else (each, "RUNNING") for each in instances)]
        self.app("cart", **{"web": web, "routes": {"cart.apps.internal": self.port}, **more})

    def seen(self):
        return get_json(self.api_port, "/test/seen")

    def until_asked(self, times):
        """Until all lists were read so often again."""
        before = self.seen()["paths"].get("/v3/processes", 0)
        until(f"{times} more listings", lambda: self.seen()["paths"].get("/v3/processes", 0) >= before + times)

    def backend(self, *lasts):
        for last in lasts:
            self.world.start_backend(f"at-{last}", at=f"127.0.0.{last}:{self.port}")

    def credentials(self, content):
        path = self.world.directory / "credentials.json"
        path.with_suffix(".new").write_text(json.dumps(content))
        path.with_suffix(".new").rename(path)
        return str(path)

    def start(self, envoy=True, **more):
        foundation = {"name": "local", "api": f"http://127.0.0.1:{self.api_port}", "credentialsFile": self.credentials(more.pop("credentials", PASSWORD)), "listEverySeconds": 1, "requestsPerMinute": 5000, **more}
        config = {"foundations": [foundation], "dnsAddress": f"127.0.0.1:{self.dns_port}", "dnsPollingSeconds": 1}
        self.settings = self.world.directory / "solder.yaml"
        self.settings.write_text(json.dumps({"pluginConfig": {"cloud_foundry": config}}))
        self.world.start_solder("--config", self.settings)
        if envoy:
            self.envoy = self.world.start_envoy()

    def until_served_by(self, *names, path="/", **how):
        def attempt():
            answers = collections.Counter(self.world.get(path, **how).backend for _ in range(6 * max(1, len(names))))
            self.assertEqual(set(names), set(answers))
            return answers
        return until(f"{names} serve {path}", attempt)

    def upstream_is(self, state, *words, name="shop"):
        return self.world.until_state("Upstream", name, state, *words)

    def assert_nowhere(self, *secrets):
        """Copies of the plugins, and of users' own Secrets, are not what is meant."""
        texts = {"log": self.world.solder.log.read_text(), "status": json.dumps(get_json(self.world.admin_port, "/status")), "Envoy": request(self.envoy.admin_port, "/config_dump?include_eds").text}
        for path in (self.world.directory / "state").rglob("*"):
            if path.is_file() and path.parent.name not in ("plugins", "last_good"):
                texts[str(path)] = path.read_text(errors="replace")
        for secret in secrets:
            for where, text in texts.items():
                self.assertNotIn(secret, text, where)


class Instances(OnCloudFoundry):
    def test_instances_by_the_names_of_the_internal_route(self):
        self.backend(11, 12)
        self.cart(11, 12)
        self.world.write("upstream.yaml", upstream("shop", {"org": "shop", "space": "prod", "app": "cart"}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "shop")))
        self.put("faults", {"page": 1})
        self.start()
        self.until_served_by("at-11", "at-12")
        self.upstream_is("Accepted")
        clusters = {each["name"]: each for each in get_json(self.envoy.admin_port, "/clusters?format=json")["cluster_statuses"]}
        hosts = {each["hostname"] for each in clusters["shop_gloo-system"]["host_statuses"]}
        self.assertEqual({"0.cart.apps.internal", "1.cart.apps.internal"}, hosts)
        self.cart(11, (12, "CRASHED"))
        self.until_served_by("at-11")
        self.cart((11, "DOWN"), (12, "CRASHED"))
        self.upstream_is("Warning", "NoInstances", "0 is DOWN, 1 is CRASHED")
        self.world.until_status("/", 503)
        self.cart(11, 12)
        self.until_served_by("at-11", "at-12")
        self.cart(11, 12, state="STOPPED")
        self.upstream_is("Warning", "AppStopped", "cf start cart")
        self.world.until_status("/", 503)
        self.cart(11)
        self.until_served_by("at-11")
        self.app("cart")
        self.upstream_is("Warning", "AppNotFound", "there is no app cart in the space prod of the org shop")
        self.world.until_status("/", 503)
        self.assert_nowhere("pass word&1", "pass%20word", "cf-access.", "cf-refresh.")

    def test_containers_move_endpoints_and_nothing_else(self):
        self.backend(11, 12)
        self.cart(11)
        self.world.write("upstream.yaml", upstream("shop", {"app": "cart", "reach": "CONTAINER"}))
        self.world.write("cells.yaml", upstream("cells", {"route": "cart.apps.internal", "reach": "CELL"}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/cells", "cells") + "\n" + prefix_route("/", "shop")))
        self.start(credentials=CLIENT)
        self.until_served_by("at-11")
        self.until_served_by("at-11", path="/cells")
        received = self.envoy.resources_received()
        self.cart(11, 12)
        self.until_served_by("at-11", "at-12")
        self.until_served_by("at-11", "at-12", path="/cells")
        moved = {name for name, value in self.envoy.resources_received().items() if value != received.get(name, 0)}
        self.assertEqual({f"cluster.{name}_gloo-system.update_success" for name in ("shop", "cells")}, moved, "something besides endpoints was sent")
        self.assertEqual({"client_credentials": 1}, self.seen()["grants"])
        self.assert_nowhere("s3cr3t", "cf-access.")

    def test_the_router_finds_apps_by_the_host(self):
        router, tcp = free_port(), free_port()
        self.world.start_backend("router", at=f"127.0.0.1:{router}")
        self.app("web", web=[{}], routes={"web.example.org": 8080, f"tcp.example.org:{tcp}": 9000})
        self.world.write("upstream.yaml", upstream("shop", {"app": "web"}))
        self.world.write("other.yaml", upstream("other", {"route": "web.example.org"}))
        weighted = "multi: {destinations: [" + ", ".join(f"{{weight: 1, destination: {{upstream: {{name: {name}, namespace: gloo-system}}}}}}" for name in ("shop", "other")) + "]}"
        self.world.write("routes.yaml", virtual_service("web", f"    - {{matchers: [{{prefix: /both}}], routeAction: {{{weighted}}}}}\n" + prefix_route("/", "shop")))
        self.start(router={"address": "127.0.0.1", "port": router, "tls": False})
        self.until_served_by("router")
        for path in ("/", "/both"):
            self.assertEqual("web.example.org", self.world.get(path).echo["host"])
        self.assertNotIn("/v3/processes/GUID/stats", self.seen()["paths"], "the router knows who runs")
        self.app("web", state="STOPPED", web=[{}], routes={"web.example.org": 8080})
        self.upstream_is("Warning", "AppStopped")
        self.world.until_status("/", 503)


class Upstreams(OnCloudFoundry):
    def test_an_upstream_for_each_app(self):
        self.backend(11, 12)
        self.cart(11, labels={"expose": "yes"})
        self.app("hidden", web=[{}], routes={"hidden.apps.internal": 8080})
        self.app("cart", space="shop/test", web=[{}], routes={}, labels={"expose": "yes"})
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "local-shop-prod-cart")))
        self.start(upstreamDiscovery={"spaces": ["prod"], "labelSelector": "expose=yes"})
        self.until_served_by("at-11")
        self.assertIsNone(self.world.report("Upstream", "local-shop-prod-hidden"))
        self.assertIsNone(self.world.report("Upstream", "local-shop-test-cart"))
        self.app("stock", web=[{"ip": "127.0.0.12"}], routes={"stock.apps.internal": self.port}, labels={"expose": "yes"})
        self.upstream_is("Accepted", name="local-shop-prod-stock")
        self.platform.end()
        self.world.until_state("ConfigSource", "cloud_foundry", "Warning", "foundation local", "ReadFailed", namespace="")
        self.assertEqual(0, self.world.solder.end())
        self.world.start_solder("--config", self.settings)
        self.assertIsNotNone(self.world.report("Upstream", "local-shop-prod-stock"), "apps that cannot be listed now are not gone")
        self.start_platform()
        self.app("stock")
        until("it goes with its app", lambda: self.world.report("Upstream", "local-shop-prod-stock") is None)
        self.until_served_by("at-11")
        until("the source has no problem", lambda: self.world.report("ConfigSource", "cloud_foundry", "") is None)


if __name__ == "__main__":
    unittest.main(verbosity=2)
