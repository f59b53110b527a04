"""Routes to hosts that are looked up in DNS as requests name them, in a real Envoy."""
import concurrent.futures
import socket
import unittest

import certificates
from harness import Case
from listening import read_head
from manifests import virtual_service


ROUTES = """
    - matchers: [{prefix: /by-header}]
      routeAction: {dynamicForwardProxy: {autoHostRewriteHeader: x-to}}
    - matchers: [{prefix: /}]
      routeAction: {dynamicForwardProxy: {hostRewrite: 'localhost:%d'}}
"""


# CONNECT requests: Envoy ends the tunnel, or leaves that to the upstream.
TUNNELS = """
    - matchers: [{connectMatcher: {}, headers: [{name: x-pass}]}]
      routeAction: {dynamicForwardProxy: {autoHostRewriteHeader: x-to}}
      options: {upgrades: [{connect: {}}]}
    - matchers: [{connectMatcher: {}}]
      routeAction: {dynamicForwardProxy: {autoHostRewriteHeader: x-to}}
      options: {upgrades: [{connectTerminate: {enabled: true}}]}
    - matchers: [{prefix: /}]
      routeAction: {dynamicForwardProxy: {hostRewrite: 'localhost:%d'}}
"""


def first_line(connection):
    return read_head(connection).decode().split("\r\n")[0]


class ForwardProxy(Case):
    def serve(self, port, option="{}", routes=ROUTES):
        self.world.write("world.yaml", f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: gateway-proxy, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {self.world.http_port}, httpGateway: {{options: {{dynamicForwardProxy: {option}}}}}}}
---{virtual_service('everything', routes % port)}""")
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

    def connect(self, port, *headers):
        """The socket and the first line of the answer to a CONNECT."""
        connection = socket.create_connection(("127.0.0.1", self.world.http_port), timeout=10)
        self.addCleanup(connection.close)
        connection.sendall("\r\n".join(["CONNECT tunnel.test:443 HTTP/1.1", "host: tunnel.test:443", f"x-to: localhost:{port}", *headers, "", ""]).encode())
        return connection, first_line(connection)

    def test_connect_ends_here_or_goes_on(self):
        port = self.world.start_backend("far")
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        listener.settimeout(10)
        self.serve(port, "{dnsCacheConfig: {dnsLookupFamily: V4_ONLY}}", TUNNELS)
        self.world.until_status("/", 200)
        connection, answer = self.connect(port)
        self.assertIn(" 200 ", answer)
        connection.sendall(b"GET /inside HTTP/1.1\r\nhost: far\r\nconnection: close\r\n\r\n")
        self.assertIn(" 200 ", first_line(connection))
        # The next one gets the CONNECT itself.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answered = pool.submit(self.connect, listener.getsockname()[1], "x-pass: yes")
            upstream, _ = listener.accept()
            self.addCleanup(upstream.close)
            self.assertEqual("CONNECT", first_line(upstream).split()[0])
            upstream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self.assertIn(" 200 ", answered.result()[1])

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
