"""jwt and rbac: whose token is right, what its claims let it do, and what the upstream gets of it."""
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

from harness import Case
from manifests import gateways, to, upstream, virtual_service
from services import HttpServer
from tokens import bearer, key_set, signed, token


def route(path, options="{}"):
    return f"    - matchers: [{{prefix: {path}}}]\n      routeAction: {{{to('one')}}}\n      options: {options}\n"


class RsaKey:
    def __init__(self, test):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name, "key.pem")
        self.openssl("genrsa", "-out", self.file, "2048")
        self.public = self.openssl("rsa", "-in", self.file, "-pubout").decode()

    @staticmethod
    def openssl(*arguments, text=b""):
        return subprocess.run(["openssl", *map(str, arguments)], input=text, capture_output=True, check=True).stdout

    def token(self, **claims):
        return signed("RS256", lambda body: self.openssl("dgst", "-sha256", "-sign", self.file, text=body), {"exp": int(time.time()) + 600, **claims})


class Jwt(Case):
    def start(self, routes, options, more=""):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", upstream("one", world.start_backend("one")) + more)
        world.write("routes.yaml", virtual_service("guarded", routes, "['example.com']", options=f"    options: {options}") + "---" + virtual_service("plain", route("/"), "['plain.com']"))
        world.start_solder()
        return world.start_envoy()

    def test_tokens_are_checked_and_their_claims_are_passed_on(self):
        world, rsa = self.world, RsaKey(self)
        server = HttpServer(self, lambda path, headers: (200, {}, key_set(b"another").encode()))
        mine = f"{{issuer: me, jwks: {{local: {{key: '{key_set()}'}}}}, claimsToHeaders: [{{claim: sub, header: x-sub}}, {{claim: example.com/role, header: x-role}}], tokenSource: {{headers: [{{header: authorization, prefix: 'Bearer '}}], queryParams: [t]}}}}"
        theirs = "{issuer: them, keepToken: true, jwks: {remote: {url: 'http://keys.example.com/set', upstreamRef: {name: keys, namespace: gloo-system}}}}"
        local = f"{{jwks: {{local: {{key: {json.dumps(rsa.public)}}}}}, audiences: [shop]}}"
        envoy = self.start(route("/open", "{jwt: {disable: true}}") + route("/rsa", f"{{jwtProvidersStaged: {{afterExtAuth: {{providers: {{rsa: {local}}}}}}}}}")
                           + route("/maybe", f"{{jwtProvidersStaged: {{afterExtAuth: {{validationPolicy: ALLOW_MISSING, providers: {{rsa: {local}}}}}}}}}") + route("/"),
                           f"{{jwt: {{providers: {{mine: {mine}, theirs: {theirs}}}}}}}", "---" + upstream("keys", server.port))
        good = token(sub="ann", **{"example.com/role": "cook"})
        world.until_status("/", 200, headers=bearer(good))
        seen = world.get("/", headers={**bearer(good), "x-sub": "forged"}).echo["headers"]
        self.assertEqual((["ann"], ["cook"], None), (seen["x-sub"], seen["x-role"], seen.get("authorization")))
        self.assertEqual(200, world.get(f"/?t={good}").status)
        wrong = [token(b"wrong"), token(iss="nobody"), token(exp=int(time.time()) - 3600), "nonsense"]
        self.assertEqual([401] * 5, [world.get("/").status] + [world.get("/", headers=bearer(each)).status for each in wrong])
        self.assertIn("authorization", world.get("/", headers=bearer(token(b"another", iss="them"))).echo["headers"])
        self.assertEqual({"/set"}, set(server.asked))
        self.assertEqual([200, 200], [world.get("/open").status, world.get("/", host="plain.com").status])
        # The route's own providers take the place of the virtual host's.
        self.assertEqual([200, 403, 401], [world.get("/rsa", headers=bearer(each)).status for each in (rsa.token(aud="shop"), rsa.token(aud="other"), token(aud="shop"))])
        self.assertEqual([200, 200, 401], [world.get("/maybe", headers=headers).status for headers in ({}, bearer(rsa.token(aud="shop")), bearer(token(aud="shop")))])
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})

    def test_claims_decide_who_may_do_what(self):
        world = self.world
        rules = ("{viewer: {principals: [{jwtPrincipal: {provider: mine, claims: {role: viewer}}}], permissions: {pathPrefix: /read, methods: [GET]}}, "
                 "admin: {nestedClaimDelimiter: ., principals: [{jwtPrincipal: {matcher: LIST_CONTAINS, claims: {realm.roles: admin}}}, {jwtPrincipal: {matcher: BOOLEAN, claims: {root: 'true'}}}]}}")
        providers = ", ".join(f"{name}: {{issuer: {issuer}, jwks: {{local: {{key: '{key_set()}'}}}}}}" for name, issuer in (("mine", "me"), ("other", "other")))
        self.start(route("/all", "{rbac: {disable: true}}") + route("/"), f"{{jwt: {{providers: {{{providers}}}}}, rbac: {{policies: {rules}}}}}")
        viewer, admin, root = bearer(token(role="viewer")), bearer(token(realm={"roles": ["a", "admin"]})), bearer(token(root=True))
        world.until_status("/read", 200, headers=viewer)
        self.assertEqual([403, 403], [world.get("/read", headers=viewer, method="DELETE").status, world.get("/write", headers=viewer).status])
        self.assertEqual(403, world.get("/read", headers=bearer(token(role="viewer", iss="other"))).status)
        self.assertEqual([200, 200], [world.get("/write", headers=headers, method="DELETE").status for headers in (admin, root)])
        self.assertEqual([403, 403], [world.get("/write", headers=bearer(token(**claims))).status for claims in ({"realm": {"roles": ["user"]}}, {"root": False})])
        self.assertEqual([200, 401], [world.get("/all", headers=bearer(token())).status, world.get("/all").status])
        self.assertEqual(200, world.get("/", host="plain.com").status)
        world.write("settings.yaml", "apiVersion: gloo.solo.io/v1\nkind: Settings\nmetadata: {name: default, namespace: gloo-system}\nspec: {rbac: {requireRbac: true}}\n")
        world.until_status("/", 403, host="plain.com")
        self.assertEqual([200, 200], [world.get("/read", headers=viewer).status, world.get("/all", headers=viewer).status])


if __name__ == "__main__":
    unittest.main()
