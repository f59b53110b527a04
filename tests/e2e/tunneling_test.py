"""Upstreams behind an HTTP proxy: requests go through a CONNECT tunnel, with TLS to the proxy, to the host, or both."""
import ssl
import tempfile
import unittest

import certificates
from harness import Case, until
from listening import ConnectProxy
from manifests import gateways, prefix_route, upstream_of, virtual_service


class Tunneling(Case):
    def test_tunnels_with_and_without_tls(self):
        world = self.world
        pair = certificates.make("secure.test")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/cert.pem", f"{folder}/key.pem"]
            for path, text in zip(files, (pair.certificate, pair.key)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            context.load_cert_chain(*files)
            plain_host, secure_host = world.start_backend("plain"), world.start_backend("secure", *files)
        proxies = {"plain": ConnectProxy(plain_host), "inside": ConnectProxy(secure_host), "both": ConnectProxy(secure_host, context)}
        for proxy in proxies.values():
            self.addCleanup(proxy.close)
        more = {
            "plain": "  httpProxyHostname: plain.test:80\n  httpConnectHeaders: [{key: x-tunnel, value: 'yes'}]",
            "inside": "  httpProxyHostname: inside.test:443\n  sslConfig: {sni: secure.test}",
            "both": "  httpProxyHostname: both.test:443\n  sslConfig: {sni: secure.test}\n  httpConnectSslConfig: {sni: proxy.test}",
        }
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", "---\n".join(upstream_of(name, proxies[name].port, more=more[name]) for name in proxies))
        world.write("routes.yaml", virtual_service("routes", "\n".join(prefix_route(f"/{name}", name) for name in proxies)))
        world.start_solder()
        envoy = world.start_envoy()
        for name, host in (("plain", "plain"), ("inside", "secure"), ("both", "secure")):
            self.assertEqual(host, world.until_status(f"/{name}", 200).backend)
            port = 80 if name == "plain" else 443
            self.assertTrue(proxies[name].heads[0].startswith(f"CONNECT {name}.test:{port} HTTP/1.1\r\n"), proxies[name].heads)
            world.until_state("Upstream", name, "Accepted")
        self.assertIn("\r\nx-tunnel: yes\r\n", proxies["plain"].heads[0])
        # Without the option the upstream is reached directly again, and what the tunnel needed is gone.
        world.write("upstreams.yaml", upstream_of("plain", plain_host) + "---\n".join(
            ["", *(upstream_of(name, proxies[name].port, more=more[name]) for name in ("inside", "both"))]))
        listeners = "listener_manager.total_listeners_active"
        until("the tunnel is gone", lambda: envoy.stats(f"^{listeners}$")[listeners] == 3)
        # Until then each worker of Envoy may have opened a tunnel of its own.
        before = len(proxies["plain"].heads)
        for _ in range(8):
            self.assertEqual("plain", world.get("/plain").backend)
        self.assertEqual(before, len(proxies["plain"].heads))
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})


if __name__ == "__main__":
    unittest.main()
