"""AuthConfig objects: servers of one's own and passwords are asked; what Solo's auth server alone does is refused with the reason."""
import base64
import unittest

from harness import Case
from manifests import gateways, to, upstream, virtual_service
from services import HttpServer, start_grpc
from tokens import bearer, key_set, token


def auth_config(name, *configs, expression=""):
    return f"""
apiVersion: enterprise.gloo.solo.io/v1
kind: AuthConfig
metadata: {{name: {name}, namespace: gloo-system}}
spec: {{configs: [{', '.join(configs)}], booleanExpr: '{expression}'}}
"""


def route(path, name=None):
    options = f"{{extauth: {{configRef: {{name: {name}, namespace: gloo-system}}}}}}" if name else "{}"
    return f"    - matchers: [{{prefix: {path}}}]\n      routeAction: {{{to('one')}}}\n      options: {options}\n"


def login(user, password):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class AuthConfigs(Case):
    def start(self, routes, *configs, options="{}"):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", upstream("one", world.start_backend("one")))
        world.write("configs.yaml", "---".join(configs))
        world.write("routes.yaml", virtual_service("guarded", routes, options=f"    options: {options}"))
        world.start_solder()
        return world.start_envoy()

    def test_servers_and_passwords_are_asked(self):
        world = self.world
        grpc = start_grpc(world, "auth", "grpc")
        http = HttpServer(self, lambda path, headers: (200 if headers.get("x-token") == "good" else 401, {"x-user": headers.get("x-added", "?"), "x-why": "no token"}, b""))
        by_grpc = f"{{passThroughAuth: {{grpc: {{address: '127.0.0.1:{grpc}'}}, config: {{team: shop}}}}}}"
        by_http = (f"{{passThroughAuth: {{http: {{url: 'http://127.0.0.1:{http.port}/check', request: {{allowedHeaders: [x-token], headersToAdd: {{x-added: 100%}}}}, "
                   "response: {allowedUpstreamHeadersToOverwrite: [x-user]}}}}")
        passwords = "{basicAuth: {realm: shop, encryption: {sha1: {}}, userList: {users: {ann: {hashedPassword: qUqP5cyxm6YcTAhz05Hph5gvu9M=}}}}}"
        envoy = self.start(route("/http", "http") + route("/both", "both") + route("/passwords", "passwords") + route("/"), auth_config("grpc", by_grpc), auth_config("http", by_http),
                           auth_config("both", by_http, by_grpc), auth_config("passwords", passwords), options="{extauth: {configRef: {name: grpc, namespace: gloo-system}}}")
        allowed, token = {"x-allow": "yes"}, {"x-token": "good"}
        world.until_status("/", 200, headers=allowed)
        self.assertEqual(["team=shop"], world.get("/", headers=allowed).echo["headers"]["x-config"])
        self.assertEqual(403, world.get("/").status)
        # The route's AuthConfig takes the place of the virtual host's.
        seen = world.get("/http", headers={**token, "x-user": "forged"}).echo["headers"]
        self.assertEqual((["100%"], None), (seen["x-user"], seen.get("x-auth")))
        denied = world.get("/http", headers=allowed)
        self.assertEqual((401, None), (denied.status, denied.headers.get("x-why")))
        self.assertEqual({"/check"}, set(http.asked))
        self.assertEqual([200, 403, 401], [world.get("/both", headers=headers).status for headers in ({**allowed, **token}, token, allowed)])
        self.assertEqual(200, world.get("/passwords", headers=login("ann", "test")).status)
        wrong = world.get("/passwords", headers=login("ann", "wrong"))
        self.assertEqual((401, 'Basic realm="shop"'), (wrong.status, wrong.headers["www-authenticate"]))
        self.assertEqual(401, world.get("/passwords", headers=allowed).status)
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})

    def test_a_jwt_config_wants_a_token_that_was_found_right(self):
        """`jwt: {}` lets nobody pass by itself: not where no option jwt stands, and not where that option lets requests without token pass."""
        world = self.world
        provider = f"{{providers: {{mine: {{issuer: me, jwks: {{local: {{key: '{key_set()}'}}}}}}}}}}"
        lenient = provider.replace("{providers", "{validationPolicy: ALLOW_MISSING_OR_FAILED, providers", 1)
        passwords = "{basicAuth: {encryption: {sha1: {}}, userList: {users: {ann: {hashedPassword: qUqP5cyxm6YcTAhz05Hph5gvu9M=}}}}}"
        world.write("lenient.yaml", virtual_service("lenient", route("/"), "['lenient.com']",
                                                    options=f"    options: {{extauth: {{configRef: {{name: token, namespace: gloo-system}}}}, jwtStaged: {{beforeExtAuth: {lenient}}}}}"))
        world.write("late.yaml", virtual_service("late", route("/both", "both") + route("/"), "['late.com']",
                                                 options=f"    options: {{extauth: {{configRef: {{name: token, namespace: gloo-system}}}}, jwt: {lenient}}}"))
        envoy = self.start(route("/passwords", "passwords") + route("/chosen", "chosen") + route("/"), auth_config("token", "{jwt: {}}"),
                           auth_config("chosen", "{name: token, jwt: {}}", passwords.replace("{basicAuth", "{name: password, basicAuth"), expression="(password)"), auth_config("both", "{jwt: {}}", passwords), auth_config("passwords", passwords),
                           options="{extauth: {configRef: {name: token, namespace: gloo-system}}}")
        good, bad = bearer(token()), bearer(token(b"wrong"))
        world.until_status("/", 200, headers=good, host="lenient.com")
        self.assertEqual([403, 403], [world.get("/", headers=headers).status for headers in ({}, good)])
        for host in ("lenient.com", "late.com"):
            self.assertEqual([200, 403, 403], [world.get("/", headers=headers, host=host).status for headers in (good, bad, {})])
        # The route's AuthConfig counts alone; each of its configs has to agree.
        self.assertEqual(200, world.get("/passwords", headers=login("ann", "test")).status)
        self.assertEqual([200, 401], [world.get("/chosen", headers=headers).status for headers in (login("ann", "test"), good)])
        self.assertEqual([403, 401], [world.get("/both", headers=headers, host="late.com").status for headers in (login("ann", "test"), good)])
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})

    def test_what_envoy_cannot_ask_is_refused(self):
        world = self.world
        self.start(route("/"), auth_config("opa", "{opaAuth: {query: data.test.allow == true}}"), options="{extauth: {configRef: {name: opa, namespace: gloo-system}}}")
        world.until_state("AuthConfig", "opa", "Rejected", "NotServed", "passThroughAuth.grpc")
        world.until_state("VirtualService", "guarded", "Rejected", "AuthConfigNotFound")
        world.write("configs.yaml", auth_config("opa", "{basicAuth: {encryption: {sha1: {}}, userList: {users: {ann: {hashedPassword: qUqP5cyxm6YcTAhz05Hph5gvu9M=}}}}}"))
        world.until_status("/", 200, headers=login("ann", "test"))
        world.until_state("VirtualService", "guarded", "Accepted")


if __name__ == "__main__":
    unittest.main()
