"""One host of each kind: objects in a real Consul's KV store, Settings among them; certificates in a real Vault, which these Settings name; instances in Consul's
catalog; requests over TLS through a real Envoy. Each of the three changes while the others stand still, and goes away while traffic goes on."""
import json
import time
import unittest

import certificates
import vault_server
from consul_kv_test import OnConsul
from consul_services_test import consul_upstream
from harness import admin, need_or_skip, request, until
from manifests import gateways, prefix_route, ssl_config, virtual_service
from vault_server import VaultServer

POLL = 0.5  # seconds


class Registry(OnConsul):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need_or_skip(vault_server.PROGRAMS)

    def setUp(self):
        super().setUp()
        self.start_consul()
        self.vault = VaultServer(self.world.directory / "vault")
        self.vault.start()
        self.addCleanup(self.vault.stop)
        token = self.world.directory / "vault-token"
        token.write_text(self.vault.make_token(self.vault.reader_policy()))
        self.certificate = certificates.make("a.test")
        self.vault.put_certificate("a", self.certificate)
        settings = f"""
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {{name: default, namespace: gloo-system}}
spec:
  refreshRate: {POLL}s
  vaultSecretSource: {{address: '{self.vault.url}', tokenFile: {token}}}
"""
        self.ports = {name: self.world.start_backend(name) for name in ("one", "two")}
        self.consul.register("shop", self.ports["one"])
        self.consul.apply(settings, gateways(self.world.http_port, self.world.https_port), consul_upstream("shop", {"serviceName": "shop"}), self.service("/"))

    @staticmethod
    def service(path):
        return virtual_service("a", prefix_route(path, "shop"), "[a.test]", ssl=ssl_config("a", "a.test"))

    def get(self, path="/"):
        return request(self.world.https_port, path, host="a.test", sni="a.test")

    def until_served(self, certificate, *backends, path="/"):
        def attempt():
            answers = [self.get(path) for _ in range(6)]
            self.assertEqual({(200, certificate.der)}, {(each.status, each.peer_certificate) for each in answers})
            self.assertEqual(set(backends), {each.backend for each in answers})
            return True
        until(f"{backends} serve {path}", attempt)

    def test_each_moves_by_itself_and_may_go_away(self):
        self.start()
        # Where Settings stand in Consul, nothing is served before they and what they name were read: the first that an Envoy gets is whole.
        self.assertIn("a.test", json.dumps(json.loads(admin(self.world.admin_port, "/snapshot").text)))
        self.assertEqual("Accepted", self.world.report("VirtualService", "a")["state"])
        envoy = self.world.start_envoy()
        self.until_served(self.certificate, "one")
        self.until_written("Accepted", name="a")

        def moved(change):
            received = envoy.resources_received()
            change()
            return {name for name, value in envoy.resources_received().items() if value != received.get(name, 0)}

        def more_instances():
            self.consul.register("shop", self.ports["two"])
            self.until_served(self.certificate, "one", "two")

        def rotated():
            self.renewed = certificates.make("a.test")
            begin = time.monotonic()
            self.vault.put_certificate("a", self.renewed)
            self.until_served(self.renewed, "one", "two")
            print(f"rotated in {time.monotonic() - begin:.2f} s with a poll every {POLL} s")

        self.assertEqual({"cluster.shop_gloo-system.update_success"}, moved(more_instances), "an instance moved something besides endpoints")
        self.assertFalse([name for name in moved(rotated) if "lds" in name or "rds" in name or "cds" in name], "a certificate moved something besides secrets")
        self.consul.apply(self.service("/new"))
        self.until_served(self.renewed, "one", "two", path="/new")
        # Vault goes: what Consul says is followed. Then Consul goes as well, and what is known is served on.
        self.vault.stop()
        self.world.until_state("ConfigSource", "vault", "Warning", "ServerUnreachable", namespace="")
        self.consul.deregister("shop", self.ports["one"])
        self.until_served(self.renewed, "two", path="/new")
        self.consul.stop()
        self.source_says("ServerUnreachable")
        self.until_served(self.renewed, "two", path="/new")
        self.vault.start()
        self.consul.start()
        self.consul.register("shop", self.ports["one"])
        self.consul.apply(self.service("/"))
        self.until_served(self.renewed, "one", "two")
        self.source_is_well()
        log = self.world.solder.log.read_text() + admin(self.world.admin_port, "/status").text
        self.assertNotIn((self.world.directory / "vault-token").read_text(), log)


if __name__ == "__main__":
    unittest.main()
