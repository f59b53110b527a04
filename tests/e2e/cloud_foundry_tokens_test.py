"""Who asks a Cloud Controller: tokens of UAA that end, are refreshed and revoked, credentials that are wrong and rotate, a token out of a Secret; and nothing of that stands anywhere."""
import json
import unittest

from cloud_foundry_test import PASSWORD, OnCloudFoundry, upstream
from harness import request, until
from manifests import prefix_route, virtual_service


class OneApp(OnCloudFoundry):
    def setUp(self):
        super().setUp()
        self.backend(11)
        self.cart(11)
        self.world.write("upstream.yaml", upstream("shop", {"org": "shop", "space": "prod", "app": "cart", "reach": "CONTAINER"}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "shop")))


class Tokens(OneApp):
    def test_tokens_end_are_refreshed_and_credentials_rotate(self):
        self.put("faults", {"token_life": 2})
        self.start(credentials={**PASSWORD, "password": "wrong-one"})
        self.upstream_is("Warning", "NotAuthenticated", "/oauth/token: 401 unauthorized")
        self.credentials(PASSWORD)
        self.until_served_by("at-11")
        self.upstream_is("Accepted")
        until("the token is refreshed", lambda: self.seen()["grants"].get("refresh_token", 0) >= 2)
        self.put("faults", {"no_refresh": True})
        passwords = self.seen()["grants"]["password"]
        until("a password takes its place", lambda: self.seen()["grants"]["password"] > passwords)
        self.put("faults", {"revoke": True})
        self.upstream_is("Warning", "NotAuthenticated", "401 CF-InvalidAuthToken: Invalid Auth Token")
        self.until_served_by("at-11")
        self.put("faults", {"revoke": False, "no_refresh": False})
        self.upstream_is("Accepted")
        self.put("faults", {"users": {"reader": "another-one"}, "no_refresh": True})
        self.upstream_is("Warning", "NotAuthenticated")
        self.until_served_by("at-11")
        self.credentials({**PASSWORD, "password": "another-one"})
        self.upstream_is("Accepted")
        self.assert_nowhere("wrong-one", "another-one", "pass word", "cf-access.", "cf-refresh.")

    def test_a_token_out_of_a_secret(self):
        token = json.loads(request(self.api_port, "/oauth/token", method="POST", headers={"authorization": "Basic Y2Y6"}, body=b"grant_type=password&username=reader&password=pass%20word%261").text)["access_token"]

        def secret(text):
            self.world.write("secret.yaml", f"""
apiVersion: v1
kind: Secret
metadata: {{name: cf, namespace: gloo-system}}
stringData: {{token: {text}}}
""")
        secret("nonsense")
        self.world.write("upstream.yaml", upstream("shop", {"api": f"http://127.0.0.1:{self.api_port}", "secretRef": {"name": "cf", "namespace": "gloo-system"}, "app": "cart", "reach": "CONTAINER"}))
        self.start()
        self.upstream_is("Warning", "NotAuthenticated", "401 CF-InvalidAuthToken")
        secret(token)
        self.until_served_by("at-11")
        self.upstream_is("Accepted")
        self.assert_nowhere(token)

    def test_clocks_that_differ_by_a_day(self):
        """Tokens live for seconds that are counted here; the end of a limit is a time of the Cloud Controller's clock."""
        self.put("faults", {"clock": 86400, "token_life": 3})
        self.start()
        self.until_served_by("at-11")
        for clock in (86400, -86400):
            self.put("faults", {"clock": clock, "limit": None})
            grants = self.seen()["grants"].get("refresh_token", 0)
            until("the token is refreshed", lambda: self.seen()["grants"].get("refresh_token", 0) > grants)
            self.put("faults", {"limit": [3, 5]})
            refused = self.seen()["statuses"].get("429", 0)
            until("it is refused", lambda: self.seen()["statuses"].get("429", 0) > refused)
            before = self.seen()["statuses"]
            until("it is asked again when the time is up", lambda: self.seen()["statuses"]["200"] >= before["200"] + 3)
            self.assertLessEqual(self.seen()["statuses"]["429"] - before["429"], 2, "it asks on while it may not")
        self.put("faults", {"limit": None})
        self.upstream_is("Accepted")
        self.assertEqual(0, self.seen()["logins_refused"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
