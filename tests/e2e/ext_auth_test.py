"""extauth: who is asked about a request, with what, and what becomes of the answer. In doubt a request is denied."""
import unittest

from harness import Case
from manifests import gateways, to, upstream, virtual_service
from services import HttpServer, start_grpc

SETTINGS = """
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {name: default, namespace: gloo-system}
spec:
  extauth: {extauthzServerRef: {name: auth, namespace: gloo-system}, requestTimeout: 5s, userIdHeader: x-user-id}
  namedExtauth:
    http:
      extauthzServerRef: {name: auth-http, namespace: gloo-system}
      requestTimeout: 5s
      httpService: {pathPrefix: /check, request: {allowedHeaders: [x-token]}, response: {allowedUpstreamHeaders: [x-user], allowedClientHeaders: [x-why]}}
"""


def route(path, options="{}"):
    return f"    - matchers: [{{prefix: {path}}}]\n      routeAction: {{{to('one')}}}\n      options: {options}\n"


def by_token(path, headers):
    if headers.get("x-token") == "good" and "x-secret" not in headers:
        return 200, {"x-user": "ann"}, b""
    return 403, {"x-why": "no token", "x-other": "kept"}, b"denied"


class ExtAuth(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        self.http = HttpServer(self, by_token)
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", "---".join([upstream("one", world.start_backend("one")), upstream("auth", start_grpc(world, "auth", "auth"), "  useHttp2: true\n"),
                                                  upstream("auth-http", self.http.port)]))
        world.write("settings.yaml", SETTINGS)

    def start(self, routes, options):
        world = self.world
        world.write("routes.yaml", virtual_service("guarded", routes, "['example.com']", options=f"    options: {options}") + "---" + virtual_service("plain", route("/"), "['plain.com']"))
        world.start_solder()
        return world.start_envoy()

    def test_the_nearest_option_counts(self):
        world, yes = self.world, {"x-allow": "yes", "x-user-id": "forged"}
        split = f"""    - matchers: [{{prefix: /split}}]
      routeAction: {{multi: {{destinations: [{{weight: 1, destination: {{upstream: {{name: one, namespace: gloo-system}}}}, options: {{extauth: {{disable: true}}}}}}]}}}}
"""
        envoy = self.start(route("/open", "{extauth: {disable: true}}") + route("/named", "{extauth: {customAuth: {name: http}}}") + route("/own", "{extauth: {customAuth: {contextExtensions: {place: route}}}}")
                           + split + route("/"), "{extauth: {customAuth: {contextExtensions: {place: host}}}}")
        world.until_status("/", 200, headers=yes)
        self.assertEqual(403, world.get("/").status)
        seen = world.get("/", headers=yes).echo["headers"]
        self.assertEqual((["auth"], ["place=host"]), (seen["x-auth"], seen["x-context"]))
        self.assertNotIn("x-user-id", seen)
        self.assertEqual(["place=route"], world.get("/own", headers=yes).echo["headers"]["x-context"])
        self.assertEqual(403, world.get("/own").status)
        self.assertEqual(200, world.get("/open").status)
        self.assertEqual(200, world.get("/split").status)
        self.assertEqual(200, world.get("/", host="plain.com").status)
        # Another server: the first one is not asked, and headers that are not allowed are not told.
        named = world.get("/named/a", headers={"x-token": "good", "x-secret": "s"})
        self.assertEqual((200, ["ann"]), (named.status, named.echo["headers"]["x-user"]))
        denied = world.get("/named/a")
        self.assertEqual((403, "denied", "no token"), (denied.status, denied.text, denied.headers["x-why"]))
        self.assertNotIn("x-other", denied.headers)
        self.assertEqual("/check/named/a", self.http.asked[-1])
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})

    def test_in_doubt_requests_are_denied(self):
        world, yes = self.world, {"x-allow": "yes"}
        self.start(route("/unknown", "{extauth: {customAuth: {name: nobody}}}") + route("/"), "{extauth: {customAuth: {}}}")
        world.until_status("/", 200, headers=yes)
        self.assertEqual(403, world.get("/unknown", headers=yes).status)
        world.until_state("VirtualService", "guarded", "Warning", "AuthServerNotFound", "http")
        # Without the upstream, and without any server, nothing passes; with a gateway's own server it is asked.
        world.edit("upstreams.yaml", "name: auth,", "name: gone,")
        world.until_status("/", 403, headers=yes)
        world.until_state("Settings", "default", "Warning", "UpstreamNotFound")
        world.until_state("Gateway", "gateway-proxy", "Warning", "UpstreamNotFound")
        world.remove("settings.yaml")
        world.until_state("Gateway", "gateway-proxy", "Accepted")
        self.assertEqual(403, world.get("/", headers=yes).status)
        world.write("gateways.yaml", gateways(world.http_port, world.https_port).replace("httpGateway: {}", "httpGateway: {options: {extauth: {extauthzServerRef: {name: gone, namespace: gloo-system}, requestTimeout: 5s}}}", 1))
        world.until_status("/", 200, headers=yes)
        self.assertEqual(403, world.get("/").status)


if __name__ == "__main__":
    unittest.main()
