"""A world with Google's fake (google_endpoint.py), a service account's key, and an upstream of the type gcp that is called with it."""
import json
import sys

import google_tokens
from harness import HERE, Case, Process, free_port, get_json, request
from manifests import gateways, virtual_service

EMAIL = "caller@project.iam.gserviceaccount.com"
HOST = "hello-abc-uc.a.run.app"


def account_secret(key, name="account"):
    return f"""
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: gloo-system}}
stringData:
  service-account.json: {json.dumps(json.dumps(key))}
"""


def gcp_upstream(name, port, more=f"host: {HOST}\n    secretRef: {{name: account, namespace: gloo-system}}", options=""):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  gcp:
    {more}
    gcpOptions: {{endpoint: 'http://127.0.0.1:{port}', api: 'http://127.0.0.1:{port}'{options}}}
"""


def gcp_route(prefix, name, function=None):
    spec = f", destinationSpec: {{gcp: {{functionName: {function}}}}}" if function else ""
    return f"""
    - matchers: [{{prefix: {prefix}}}]
      routeAction: {{single: {{upstream: {{name: {name}, namespace: gloo-system}}{spec}}}}}
"""


class GoogleCase(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        process = Process("google", [sys.executable, HERE / "google_endpoint.py", self.port], self.world.directory / "google.log")
        self.world.start(process, lambda: "listening" in process.tail())
        self.publics = {}
        self.key = self.new_key()
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("secret.yaml", account_secret(self.key))
        self.world.write("upstream.yaml", gcp_upstream("hello", self.port))
        self.world.write("routes.yaml", virtual_service("web", gcp_route("/", "hello")))

    def control(self, **what):
        self.assertEqual(200, request(self.port, "/control", method="PUT", body=json.dumps(what).encode()).status)

    def new_key(self, email=EMAIL):
        key, public = google_tokens.new_key(email, f"http://127.0.0.1:{self.port}/token")
        self.publics[key["private_key_id"]] = [email, public]
        self.control(publics=self.publics)
        return key

    def seen(self):
        return get_json(self.port, "/seen")

    def serve(self):
        environment = {"GCE_METADATA_HOST": f"127.0.0.1:{self.port}"}
        self.world.start_solder(environment=environment)
        return self.world.start_envoy()

    def call(self, path="/", status=200, **how):
        return self.world.until_status(path, status, **how)
