"""Gateways that are put together of several objects: parts that they delegate to, options that attach to them."""
import http.client
import unittest

from harness import Case, free_port, request, until
from manifests import to, upstream, virtual_service


def gateway(port, what):
    return f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: gateway-proxy, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {port}, {what}}}
"""


def backend_at(port, **how):
    """Who serves a connection to the port; nobody: None."""
    try:
        return request(port, "/", **how).backend
    except (OSError, http.client.HTTPException):
        return None


class Parts(Case):
    def test_tcp_parts_that_other_teams_own(self):
        world, port = self.world, free_port()
        world.write("upstreams.yaml", upstream("one", world.start_backend("one")) + "---" + upstream("two", world.start_backend("two")))
        world.write("gateway.yaml", gateway(port, "hybridGateway: {delegatedTcpGateways: {selector: {labels: {of: shared}, namespaces: ['*']}}}"))
        part = """
apiVersion: gateway.solo.io/v1
kind: MatchableTcpGateway
metadata: {name: %s, namespace: team, labels: {of: shared}}
spec: {matcher: {sourcePrefixRanges: [{addressPrefix: %s, prefixLen: 8}]}, tcpGateway: {tcpHosts: [{name: any, destination: {%s}}]}}
"""
        world.write("here.yaml", part % ("here", "127.0.0.0", to("one")))
        world.write("there.yaml", part % ("there", "10.0.0.0", to("two")))
        world.start_solder()
        world.start_envoy()
        until("clients from here are the one team's", lambda: backend_at(port) == "one")
        world.edit("here.yaml", "127.0.0.0", "11.0.0.0")
        world.edit("there.yaml", "10.0.0.0", "127.0.0.0")
        until("and then the other's", lambda: backend_at(port) == "two")
        world.edit("there.yaml", "prefixLen: 8", "prefixLen: 800")
        world.until_state("MatchableTcpGateway", "there", "Rejected", "prefixLen", namespace="team")
        self.assertEqual("two", backend_at(port), "the last good version goes on")
        world.remove("there.yaml")
        until("a part that goes takes its connections along", lambda: backend_at(port) is None)

    def test_options_that_name_their_gateway(self):
        world = self.world
        world.write("world.yaml", gateway(world.http_port, "httpGateway: {}") + "---" + upstream("one", world.start_backend("one")) + "---" +
                    virtual_service("routes", f"    - {{routeAction: {{{to('one')}}}}}"))
        option = """
apiVersion: gateway.solo.io/v1
kind: HttpListenerOption
metadata: {name: %s, namespace: gloo-system, creationTimestamp: '%s'}
spec:
  targetRefs: [{group: gateway.solo.io, kind: Gateway, name: gateway-proxy}]
  options: {httpConnectionManagerSettings: {serverName: %s}}
"""
        world.write("young.yaml", option % ("young", "2026-02-01T00:00:00Z", "young"))
        world.start_solder()
        world.start_envoy()
        world.until_status("/", 200)
        self.assertEqual("young", world.get("/").headers["server"])
        world.write("old.yaml", option % ("old", "2026-01-01T00:00:00Z", "old"))
        until("the older one wins", lambda: world.get("/").headers["server"] == "old")
        world.edit("old.yaml", "serverName: old", "serverName: 7")
        world.until_state("HttpListenerOption", "old", "Rejected", "serverName")
        self.assertEqual("old", world.get("/").headers["server"])
        world.edit("world.yaml", "httpGateway: {}", "httpGateway: {options: {httpConnectionManagerSettings: {serverName: own}}}")
        until("the gateway's own wins", lambda: world.get("/").headers["server"] == "own")
        world.edit("young.yaml", "name: gateway-proxy}", "name: nowhere}")
        world.until_state("HttpListenerOption", "young", "Warning", "GatewayNotFound", "gloo-system/nowhere")


if __name__ == "__main__":
    unittest.main()
