"""Envoy and Solder over TLS: each knows the other by its certificate, and Solder's is replaced while it serves."""
import subprocess
import unittest

from certificates import make
from harness import BUILD, Case, Envoy, admin, until
from manifests import gateways, virtual_service


def answer(text):
    return virtual_service("routes", f"    - {{matchers: [{{prefix: /}}], directResponseAction: {{status: 200, body: {text}}}}}")


class XdsTls(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        self.client, self.stranger = make("envoy.test"), make("stranger.test")
        for name, pair in (("client", self.client), ("stranger", self.stranger)):
            self.save(name, pair)
        self.save("server", make("solder.test"))
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("routes.yaml", answer("first"))

    def path(self, name):
        return self.world.directory / name

    def save(self, name, pair):
        for end, text in (("crt", pair.certificate), ("key", pair.key)):
            self.path(f"{name}.{end}.new").write_text(text)
        for end in ("crt", "key"):
            self.path(f"{name}.{end}.new").rename(self.path(f"{name}.{end}"))

    def start_solder(self):
        self.world.start_solder("--xds-certificate", self.path("server.crt"), "--xds-key", self.path("server.key"), "--xds-client-ca", self.path("client.crt"))

    def envoy(self, name, certificate="client"):
        flags = ["--xds-ca", self.path("server.crt"), "--xds-server-name", "solder.test", "--xds-certificate", self.path(f"{certificate}.crt"), "--xds-key", self.path(f"{certificate}.key")]
        envoy = Envoy(self.world, name, "gloo-system~gateway-proxy", False, flags)
        return self.world.start(envoy, lambda: envoy.alive())

    def test_both_sides_are_known_and_certificates_rotate(self):
        world = self.world
        self.start_solder()
        first = self.envoy("first")
        world.until_status("/", 200)
        # Nobody else gets in: with a certificate of another authority, or in clear.
        stranger = self.envoy("stranger", "stranger")
        until("the stranger is turned away", lambda: stranger.stats("cluster.solder_xds.upstream_cx_connect_fail|cluster.solder_xds.ssl.*fail").values() and any(
            stranger.stats("cluster.solder_xds.(upstream_cx_destroy|upstream_cx_connect_fail|upstream_rq_pending_failure_eject)").values()))
        self.assertEqual(1, world.metric("solder_xds_streams"))
        # The new certificate: the open stream stays, a new Envoy that trusts only the new one gets in.
        self.save("server", make("solder.test"))

        def second_is_served():
            return admin(second.admin_port, "/ready").text.startswith("LIVE")
        second = self.envoy("second")
        until("an Envoy that knows the new certificate is served", second_is_served)
        self.assertEqual(2, world.metric("solder_xds_streams"))
        world.write("routes.yaml", answer("second"))
        until("the first Envoy hears of changes", lambda: world.get("/").text == "second")
        self.assertTrue(first.alive())

    def test_files_that_cannot_be_used_are_named(self):
        self.path("server.key").write_text(self.client.key)
        for name, words in (("server", "xdsCertificate"), ("nowhere", "No such file")):
            result = subprocess.run([BUILD / "bin/solder", "serve", "--config-dir", self.world.manifests, "--state-dir", self.path("state"), "--xds-address", "127.0.0.1:0", "--admin-address", "127.0.0.1:0",
                                     "--xds-certificate", self.path(f"{name}.crt"), "--xds-key", self.path("server.key")], capture_output=True, text=True, timeout=180)
            self.assertNotEqual(0, result.returncode)
            self.assertIn(words, result.stderr)
            self.assertIn(f"{name}.crt", result.stderr)


if __name__ == "__main__":
    unittest.main()
