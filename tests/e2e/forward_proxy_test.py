"""Routes to hosts that are looked up in DNS as requests name them, in a real Envoy."""
import unittest

import certificates
from harness import Case
from manifests import virtual_service


ROUTES = """
    - matchers: [{prefix: /by-header}]
      routeAction: {dynamicForwardProxy: {autoHostRewriteHeader: x-to}}
    - matchers: [{prefix: /}]
      routeAction: {dynamicForwardProxy: {hostRewrite: 'localhost:%d'}}
"""


class ForwardProxy(Case):
    def serve(self, port, option="{}"):
        self.world.write("world.yaml", f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: gateway-proxy, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {self.world.http_port}, httpGateway: {{options: {{dynamicForwardProxy: {option}}}}}}}
---{virtual_service('everything', ROUTES % port)}""")
        self.world.start_solder()
        self.world.until_state("Gateway", "gateway-proxy", "Accepted")
        self.world.until_state("VirtualService", "everything", "Accepted")
        return self.world.start_envoy()

    def test_the_route_or_a_header_names_the_host(self):
        one, two = self.world.start_backend("one"), self.world.start_backend("two")
        envoy = self.serve(one, "{dnsCacheConfig: {dnsLookupFamily: V4_ONLY, maxHosts: 10, dnsRefreshRate: 30s, dnsQueryTimeout: 2s}}")
        answer = self.world.until_status("/", 200)
        self.assertEqual(("one", f"localhost:{one}"), (answer.backend, answer.echo["host"]))
        self.assertEqual("two", self.world.get("/by-header", headers={"x-to": f"localhost:{two}"}).backend)
        self.assertGreaterEqual(sum(envoy.stats("dns_cache.*host_added").values()), 2)

    def test_hosts_are_spoken_to_with_tls(self):
        pair = certificates.make("localhost")
        files = [self.world.directory / name for name in ("cert.pem", "key.pem")]
        for file, text in zip(files, (pair.certificate, pair.key)):
            file.write_text(text)
        indented = "\n".join("    " + line for line in pair.certificate.splitlines())
        self.world.write("authority.yaml", f"""
apiVersion: v1
kind: Secret
metadata: {{name: authority, namespace: gloo-system}}
stringData:
  ca.crt: |
{indented}
""")
        port = self.world.start_backend("secure", *files)
        self.serve(port, "{sslConfig: {secretRef: {name: authority, namespace: gloo-system}}}")
        self.assertEqual("secure", self.world.until_status("/", 200).backend)


if __name__ == "__main__":
    unittest.main()
