"""Services of Google's behind a real Envoy: ID tokens that are minted, renewed and rotated, and nothing that leaves without one."""
import json
import unittest

import google_tokens
from google_fixture import EMAIL, HOST, GoogleCase, account_secret, gcp_route, gcp_upstream
from harness import BUILD, admin, until
from manifests import virtual_service

CLIENT = {"authorization": "Bearer the-clients-own", "x-serverless-authorization": "Bearer the-clients-other"}


class Google(GoogleCase):
    def test_a_request_has_the_services_token_and_not_the_clients(self):
        envoy = self.serve()
        told = self.call("/of/mine?a=1", headers={**CLIENT, "x-mine": "yes"}).echo
        self.assertEqual((f"https://{HOST}", EMAIL, HOST, "/of/mine?a=1", "yes"), (told["aud"], told["email"], told["host"], told["target"], told["headers"]["x-mine"]))
        self.assertNotIn("the-clients", json.dumps(self.seen()))
        self.assertEqual({}, self.seen()["refused"])
        self.assertEqual("Accepted", self.world.report("Upstream", "hello")["state"])
        tokens = self.seen()["texts"]
        for place, text in {
                "Envoy's dump": admin(envoy.admin_port, "/config_dump?include_eds").text, "Solder's snapshot": admin(self.world.admin_port, "/snapshot").text,
                "the statuses": admin(self.world.admin_port, "/status").text, "Solder's log": self.world.solder.log.read_text(), "Envoy's log": envoy.log.read_text(),
                "translate": self.world.solder_output("translate", "--provenance", "--plugin-dir", BUILD / "lib/solder/plugins", self.world.manifests),
                "the state": "".join(each.read_text(errors="replace") for each in (self.world.directory / "state").rglob("*") if each.is_file() and "last_good" not in str(each))}.items():
            self.assertNotIn(tokens[0], text, place)
            self.assertNotIn(self.key["private_key"].splitlines()[1], text, place)
            self.assertGreater(len(text), 50, place)

    def test_functions_by_name_with_tokens_of_their_own(self):
        more = "project: proj\n    region: us-central1\n    functions: [{functionName: one}, {functionName: two}, {functionName: own, path: /elsewhere, audience: own-audience}]"
        self.world.write("upstream.yaml", gcp_upstream("hello", self.port, more + "\n    secretRef: {name: account, namespace: gloo-system}"))
        self.world.write("routes.yaml", virtual_service("web", "".join(gcp_route(f"/{name}", "hello", name) for name in ("one", "two", "own", "gone")) + gcp_route("/", "hello")))
        self.serve()
        host = "https://us-central1-proj.cloudfunctions.net"
        for path, target, audience in (("/one/x?y", "/one/one/x?y", f"{host}/one"), ("/two", "/two/two", f"{host}/two"), ("/own", "/elsewhere/own", "own-audience")):
            told = self.call(path, headers=CLIENT).echo
            self.assertEqual((target, audience), (told["target"], told["aud"]))
        self.assertEqual("unknown function gone", self.call("/gone", 500).text)
        self.assertEqual("no function present for GCP upstream", self.call("/", 500).text)
        self.call("/one/..%2ftwo", 400)
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "one of one, two, own")
        self.assertEqual({}, self.seen()["refused"])

    def test_tokens_are_renewed_before_they_expire(self):
        self.control(lifetime=8)
        envoy = self.serve()
        self.call()
        clusters = envoy.stats("cluster_manager.(cluster_added|cluster_modified|cluster_removed)$")
        with self.world.load("web.test/", rate=200, connections=10) as figures:
            until("three tokens were used", lambda: len(self.seen()["texts"]) >= 3)
        self.assert_all_ok(figures)
        self.assertEqual({}, self.seen()["refused"])
        self.assertEqual(clusters, envoy.stats("cluster_manager.(cluster_added|cluster_modified|cluster_removed)$"))

    def test_keys_rotate_under_load(self):
        envoy = self.serve()
        self.call()
        clusters = envoy.stats("cluster_manager.(cluster_added|cluster_modified|cluster_removed)$")
        with self.world.load("web.test/", rate=300, connections=10) as figures:
            for i in range(3):
                email = f"caller{i}@project.iam.gserviceaccount.com"
                self.world.write("secret.yaml", account_secret(self.new_key(email)))
                until(f"{email} calls", lambda email=email: self.seen()["emails"].get(email, 0) > 50)
        self.assert_all_ok(figures)
        self.assertEqual({}, self.seen()["refused"])
        self.assertEqual(clusters, envoy.stats("cluster_manager.(cluster_added|cluster_modified|cluster_removed)$"))

    def test_without_a_token_nothing_leaves(self):
        self.control(fail=503)
        self.serve()
        self.assertEqual("no ID token present for GCP upstream", until("the guard answers", lambda: self.world.get("/", headers=CLIENT)).text)
        self.assertEqual(500, self.world.get("/", headers=CLIENT).status)
        self.world.until_state("Upstream", "hello", "Warning", "TokenUnavailable", "503", "answered 500")
        self.assertEqual((0, {}), (self.seen()["right"], self.seen()["refused"]))
        self.control(fail=None)
        self.call(headers=CLIENT)
        self.world.until_state("Upstream", "hello", "Accepted")
        self.assertEqual({}, self.seen()["refused"])

    def test_a_token_that_expires_is_not_sent(self):
        self.control(lifetime=6)
        self.serve()
        self.call()
        self.control(fail=500)
        self.world.until_state("Upstream", "hello", "Warning", "TokenUnavailable", "good until it expires")
        self.assertEqual("no ID token present for GCP upstream", self.call("/", 500, headers=CLIENT).text)
        self.world.until_state("Upstream", "hello", "Warning", "TokenUnavailable", "answered 500")

    def test_the_clock_of_google_counts(self):
        self.control(ahead=7200, lifetime=8)
        self.serve()
        self.world.until_state("Upstream", "hello", "Warning", "TokenUnavailable", "the clock of this machine is 7", "behind the server's")
        self.call()
        self.world.until_state("Upstream", "hello", "Accepted")
        tokens = self.seen()["tokens"]
        until("they are renewed in time", lambda: self.seen()["tokens"] >= tokens + 2)
        self.assertEqual(200, self.world.get("/", headers=CLIENT).status)
        self.assertEqual({}, self.seen()["refused"])

    def test_keys_that_cannot_be_used_are_named(self):
        stranger, _ = google_tokens.new_key(EMAIL, f"http://127.0.0.1:{self.port}/token")
        self.world.write("secret.yaml", account_secret({**stranger, "private_key_id": self.key["private_key_id"]}))
        self.serve()
        self.world.until_state("Upstream", "hello", "Warning", "TokenUnavailable", "Invalid JWT Signature.")
        self.call("/", 500, headers=CLIENT)
        for key, words in (({**self.key, "private_key": "nonsense"}, "no RSA key in PEM"), ({"type": "authorized_user"}, "its type is not service_account")):
            self.world.write("secret.yaml", account_secret(key))
            self.world.until_state("Upstream", "hello", "Warning", "TokenUnavailable", words)
        self.world.remove("secret.yaml")
        self.world.until_state("Upstream", "hello", "Warning", "SecretNotFound")
        self.call("/", 500, headers=CLIENT)
        self.world.write("secret.yaml", account_secret(self.key))
        self.call(headers=CLIENT)
        self.assertEqual({}, self.seen()["refused"])

    def test_the_machines_identity_and_a_restart_that_nobody_sees(self):
        self.world.write("upstream.yaml", gcp_upstream("hello", self.port, f"host: {HOST}\n    audience: own-audience"))
        self.serve()
        told = self.call().echo
        self.assertEqual(("machine@project", "own-audience"), (told["email"], told["aud"]))
        with self.world.load("web.test/", rate=200, connections=10) as figures:
            self.world.solder.end()
            before = self.seen()["metadata"]
            self.world.start_solder(environment={"GCE_METADATA_HOST": f"127.0.0.1:{self.port}"})
            until("the new one's token is used", lambda: self.seen()["metadata"] > before and len(self.seen()["texts"]) >= 2)
        self.assert_all_ok(figures)
        self.assertEqual({}, self.seen()["refused"])

    def test_envoy_asks_its_own_machine(self):
        self.world.write("upstream.yaml", gcp_upstream("hello", self.port, f"host: {HOST}", f", envoyIdentity: true, metadataServer: 'http://127.0.0.1:{self.port}'"))
        self.serve()
        told = self.call(headers=CLIENT).echo
        self.assertEqual(("machine@project", f"https://{HOST}"), (told["email"], told["aud"]))
        self.world.write("other.yaml", gcp_upstream("other", self.port, "host: other.example.com", f", envoyIdentity: true, metadataServer: 'http://127.0.0.1:{self.port}'"))
        self.control(fail=500)
        self.world.write("routes.yaml", virtual_service("web", gcp_route("/other", "other") + gcp_route("/", "hello")))
        self.assertEqual("no ID token present for GCP upstream", self.call("/other", 500, headers=CLIENT).text)
        self.assertEqual({}, self.seen()["refused"])

    def test_copies_have_a_token_or_are_not_sent(self):
        backend = self.world.start_backend("plain")
        names = {"hello": f"host: {HOST}\n    secretRef: {{name: account, namespace: gloo-system}}", "functions": "project: proj\n    region: us-central1"}
        metadata = f", metadataServer: 'http://127.0.0.1:{self.port}'"
        self.world.write("upstream.yaml", "---".join([gcp_upstream(name, self.port, more) for name, more in names.items()] + [gcp_upstream("machine", self.port, f"host: {HOST}", f", envoyIdentity: true{metadata}"), f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: plain, namespace: gloo-system}}
spec: {{static: {{hosts: [{{addr: 127.0.0.1, port: {backend}}}]}}}}
"""]))
        self.world.write("routes.yaml", virtual_service("web", "".join(f"""
    - matchers: [{{prefix: /{name}}}]
      routeAction: {{single: {{upstream: {{name: plain, namespace: gloo-system}}}}}}
      options: {{shadowing: {{upstream: {{name: {name}, namespace: gloo-system}}, percentage: 100}}}}
""" for name in ("functions", "machine", "hello"))))
        envoy = self.serve()
        for name in ("functions", "machine", "hello"):
            self.assertEqual("plain", self.call(f"/{name}", headers=CLIENT).backend)
        # That all three were handled is seen in Envoy's clusters; what left them, at the services.
        done = "cluster.*(functions|machine|hello).*upstream_rq_completed$"
        until("the copies are through", lambda: len([1 for count in envoy.stats(done).values() if count]) >= 1 and self.seen()["right"] >= 1)
        self.assertEqual({}, self.seen()["refused"])
        self.assertNotIn("the-clients", json.dumps(self.seen()))
        self.assertEqual("/hello", self.seen()["last"]["target"])

    def test_the_upstreams_own_function_is_called_on_a_host_of_its_own(self):
        more = "project: proj\n    region: us-central1\n    functionName: far\n    functions: [{functionName: far, host: far-abc-uc.a.run.app}]"
        self.world.write("upstream.yaml", gcp_upstream("hello", self.port, more + "\n    secretRef: {name: account, namespace: gloo-system}"))
        self.serve()
        told = self.call("/x", headers=CLIENT).echo
        self.assertEqual(("/x", "far-abc-uc.a.run.app", "https://far-abc-uc.a.run.app"), (told["target"], told["host"], told["aud"]))
        self.world.until_state("Upstream", "hello", "Warning", "NoEffect")


if __name__ == "__main__":
    unittest.main()
