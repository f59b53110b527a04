"""TCP and hybrid gateways: where connections go by server name, weights and the client's address, and their limits."""
import collections
import http.client
import socket
import tempfile
import unittest

import certificates
from harness import Case, free_port, request, until
from manifests import to, upstream, upstream_of, virtual_service


def secret(name, pair):
    indented = {key: "\n".join("    " + line for line in text.splitlines()) for key, text in (("tls.crt", pair.certificate), ("tls.key", pair.key))}
    return f"""
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: gloo-system}}
type: kubernetes.io/tls
stringData:
  tls.crt: |
{indented['tls.crt']}
  tls.key: |
{indented['tls.key']}
"""


def gateway(name, port, what):
    """`what` is YAML, indented by two."""
    return f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  bindAddress: 127.0.0.1
  bindPort: {port}
{what}
"""


def answers(port, **how):
    """Whether a connection to the port is served at all."""
    try:
        return request(port, "/", **how).status == 200
    except (OSError, http.client.HTTPException):
        return False


class Tcp(Case):
    def test_connections_are_forwarded_by_weight_server_name_and_limit(self):
        world = self.world
        pairs = {name: certificates.make(name) for name in ("own.test", "through.test")}
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/cert.pem", f"{folder}/key.pem"]
            for path, text in zip(files, (pairs["through.test"].certificate, pairs["through.test"].key)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            ports = {"one": world.start_backend("one"), "two": world.start_backend("two"), "secure": world.start_backend("secure", *files)}
        plain, weighted, by_name, limited = (free_port() for _ in range(4))
        world.write("upstreams.yaml", "---".join(upstream(name, port) for name, port in ports.items()))
        world.write("secret.yaml", secret("own", pairs["own.test"]))
        world.write("plain.yaml", gateway("plain", plain, f"  tcpGateway: {{tcpHosts: [{{name: a, destination: {{{to('one')}}}}}]}}"))
        world.write("weighted.yaml", gateway("weighted", weighted, """  tcpGateway:
    tcpHosts:
    - name: w
      destination:
        multi:
          destinations:
          - {destination: {upstream: {name: one, namespace: gloo-system}}, weight: 3}
          - {destination: {upstream: {name: two, namespace: gloo-system}}, weight: 1}"""))
        world.write("by-name.yaml", gateway("by-name", by_name, f"""  hybridGateway:
    matchedGateways:
    - matcher: {{sslConfig: {{sniDomains: [through.test]}}}}
      tcpGateway: {{tcpHosts: [{{name: t, destination: {{{to('secure')}}}}}]}}
    - tcpGateway:
        tcpHosts:
        - {{name: o, sslConfig: {{sniDomains: [own.test], secretRef: {{name: own, namespace: gloo-system}}}}, destination: {{{to('two')}}}}}"""))
        world.write("limited.yaml", gateway("limited", limited, f"""  tcpGateway:
    tcpHosts: [{{name: l, destination: {{{to('one')}}}}}]
    options: {{connectionLimit: {{maxActiveConnections: 1}}}}"""))
        world.start_solder()
        envoy = world.start_envoy()
        until("the plain host serves", lambda: answers(plain))
        self.assertEqual("one", request(plain, "/").backend)
        backends = collections.Counter(request(weighted, "/").backend for _ in range(80))
        self.assertGreater(backends["one"], backends["two"])
        self.assertGreater(backends["two"], 0)
        # TLS ends at Envoy where there is a certificate, and passes where there is only a server name.
        own, through = (request(by_name, "/", sni=name) for name in ("own.test", "through.test"))
        self.assertEqual(("two", "secure"), (own.backend, through.backend))
        with self.assertRaises(OSError):
            request(by_name, "/", sni="other.test")
        with socket.create_connection(("127.0.0.1", limited)) as held:
            held.sendall(b"GET / HTTP/1.1\r\nhost: example.com\r\n\r\n")
            self.assertTrue(held.recv(100))
            until("a second connection is closed", lambda: not answers(limited))
        until("the next one is served", lambda: answers(limited))
        # A host whose upstream goes is not served until it comes back; the other gateways go on.
        world.write("upstreams.yaml", "---".join(upstream(name, ports[name]) for name in ("two", "secure")))
        world.until_state("Gateway", "plain", "Warning", "gloo-system/one")
        until("the plain host is gone", lambda: not answers(plain))
        self.assertEqual("two", request(by_name, "/", sni="own.test").backend)
        world.write("upstreams.yaml", "---".join(upstream(name, port) for name, port in ports.items()))
        until("the plain host is back", lambda: answers(plain))
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})

    def test_a_hybrid_gateway_serves_each_client_its_part(self):
        world = self.world
        port, backend = free_port(), world.start_backend("inner")
        world.write("upstreams.yaml", upstream_of("inner", backend))
        for name in ("near", "far"):
            world.write(f"{name}.yaml", virtual_service(name, f"    - {{directResponseAction: {{status: 200, body: {name}}}}}").replace(f"{{name: {name},", f"{{name: {name}, labels: {{side: {name}}},"))
        parts = """  hybridGateway:
    matchedGateways:
    - matcher: {sourcePrefixRanges: [{addressPrefix: 127.0.0.0, prefixLen: 8}]}
      httpGateway: {virtualServiceSelector: {side: near}}
    - httpGateway: {virtualServiceSelector: {side: far}}"""
        world.write("gateway.yaml", gateway("hybrid", port, parts))
        world.start_solder()
        envoy = world.start_envoy()
        until("the hybrid gateway serves", lambda: answers(port))
        self.assertEqual("near", request(port, "/").text)
        world.edit("gateway.yaml", "127.0.0.0, prefixLen: 8", "10.0.0.0, prefixLen: 8")
        until("clients from here are the other part's", lambda: answers(port) and request(port, "/").text == "far")
        # The same by delegation, with what the gateway hands down.
        world.write("gateway.yaml", """
apiVersion: gateway.solo.io/v1
kind: MatchableHttpGateway
metadata: {name: near, namespace: gloo-system, labels: {of: hybrid}}
spec: {matcher: {sourcePrefixRanges: [{addressPrefix: 127.0.0.0, prefixLen: 8}]}, httpGateway: {virtualServiceSelector: {side: near}}}
---""" + gateway("hybrid", port, "  hybridGateway: {delegatedHttpGateways: {selector: {labels: {of: hybrid}}, httpConnectionManagerSettings: {serverName: delegated}}}"))
        until("the delegated part serves", lambda: answers(port) and request(port, "/").text == "near")
        until("with the gateway's settings", lambda: request(port, "/").headers.get("server") == "delegated")
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})


if __name__ == "__main__":
    unittest.main()
