"""A service of Consul's mesh gets requests through a real Envoy: its sidecar wants a certificate of the mesh, Solder has one from Consul's agent, and Envoy
believes nobody but that service."""
import json
import unittest

from consul_kv_test import OnConsul
from consul_services_test import consul_upstream
from harness import until
from manifests import gateways, prefix_route, virtual_service


class Mesh(OnConsul):
    def sidecar(self, name, identity, service="shop"):
        """A server with the identity of a service that lets in whoever has a certificate of the mesh, registered as a sidecar proxy of `service`."""
        leaf = self.consul.must("GET", f"/v1/agent/connect/ca/leaf/{identity}")
        roots = self.consul.must("GET", "/v1/agent/connect/ca/roots")["Roots"]
        files = []
        for part, text in (("crt", leaf["CertPEM"]), ("key", leaf["PrivateKeyPEM"]), ("ca", "".join(each["RootCert"] for each in roots))):
            files.append(self.world.directory / f"{name}.{part}")
            files[-1].write_text(text)
        port = self.world.start_backend(name, *files)
        self.consul.register(f"{service}-sidecar-proxy", port, kind="connect-proxy", proxy={"DestinationServiceName": service})
        return port

    def test_a_sidecar_is_reached_with_the_mesh_s_certificates(self):
        self.start_consul()
        self.sidecar("shop", "shop")
        self.sidecar("impostor", "other", service="cart")
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("upstreams.yaml", consul_upstream("shop", {"serviceName": "shop", "connectEnabled": True}) + "---" + consul_upstream("cart", {"serviceName": "cart", "connectEnabled": True}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/cart", "cart") + "\n" + prefix_route("/", "shop")))
        settings = self.world.directory / "solder.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"consul": {"address": self.consul.url, "connect": {"serviceName": "gateway"}}}}))
        self.world.start_solder("--config", settings)
        envoy = self.world.start_envoy()
        self.world.until_status("/", 200)
        # Another service's certificate is signed by the same authority, and is not believed.
        self.assertEqual(503, self.world.get("/cart").status)
        until("the impostor was refused", lambda: sum(envoy.stats("cluster.cart_gloo-system.ssl.fail_verify_san").values()) > 0)
        self.assertNotIn("PRIVATE KEY", self.world.solder.log.read_text())


if __name__ == "__main__":
    unittest.main()
