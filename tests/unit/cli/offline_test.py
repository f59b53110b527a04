#!/usr/bin/env python3
"""The commands that need no server, as processes: check, translate, plugin list. SOLDER names the program, ENVOY an Envoy."""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOLDER = os.environ["SOLDER"]
ENVOY = os.environ["ENVOY"]

UPSTREAM = """apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: backend, namespace: gloo-system}
spec: {static: {hosts: [{addr: 127.0.0.1, port: 9000}]}}
"""
ROUTES = """apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {name: web, namespace: gloo-system}
spec:
  sslConfig: {secretRef: {name: tls, namespace: gloo-system}}
  virtualHost:
    domains: [example.com]
    routes:
    - matchers: [{prefix: /}]
      routeAction: {single: {upstream: {name: backend, namespace: gloo-system}}}
"""


class OfflineTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def solder(self, *arguments):
        return subprocess.run([SOLDER, *map(str, arguments)], capture_output=True, text=True, cwd=self.directory, timeout=60)

    def write_secret(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=example.com", "-keyout", "key", "-out", "crt"],
                       check=True, capture_output=True, cwd=self.directory)
        parts = {name: base64.b64encode((self.directory / file).read_bytes()).decode() for name, file in (("tls.crt", "crt"), ("tls.key", "key"))}
        self.write("secret.json", json.dumps({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": "tls", "namespace": "gloo-system"}, "data": parts}))
        return [line for line in (self.directory / "key").read_text().splitlines() if "PRIVATE" not in line]

    def test_check_passes_what_is_right(self):
        self.write("upstream.yaml", UPSTREAM)
        good = self.solder("check", ".")
        self.assertEqual((0, ""), (good.returncode, good.stderr))
        self.assertRegex(good.stdout, r"^\d+ objects?: \d+ Accepted, 0 Warning, 0 Rejected\n$")

    def test_check_names_what_is_wrong(self):
        self.write("upstream.yaml", UPSTREAM.replace("hosts", "hots"))
        bad = self.solder("check", "upstream.yaml")
        self.assertEqual(1, bad.returncode)
        self.assertRegex(bad.stdout, r"upstream\.yaml:4:\d+: error: Upstream gloo-system/backend spec\.static\.hots: ")
        summary = json.loads(self.solder("check", "-o", "json", "upstream.yaml").stdout)["summary"]
        self.assertEqual(1, summary["rejected"])

    def test_a_file_that_cannot_be_read_is_a_problem(self):
        self.write("broken.yaml", "a: [\n")
        bad = self.solder("check", "broken.yaml")
        self.assertEqual(1, bad.returncode)
        self.assertRegex(bad.stdout, r"broken\.yaml:\d+:\d+: error: ")
        self.assertIn("with files", bad.stdout)

    def test_translate_never_prints_private_keys_unasked(self):
        self.write("upstream.yaml", UPSTREAM)
        self.write("routes.yaml", ROUTES)
        key = self.write_secret()
        for form in (["-o", "json"], ["-o", "yaml", "--provenance"], ["--static"]):
            shown = self.solder("translate", *form, ".")
            self.assertEqual((0, ""), (shown.returncode, shown.stderr))
            for line in key:
                self.assertNotIn(line, shown.stdout, form)
        self.assertIn("[redacted]", self.solder("translate", ".").stdout)

    def test_a_static_bootstrap_is_taken_by_envoy(self):
        self.write("upstream.yaml", UPSTREAM)
        self.write("routes.yaml", ROUTES)
        key = self.write_secret()
        for form in (["--static"], ["--static", "--with-secrets"], ["--static", "-o", "json"]):
            (self.directory / "static").mkdir(exist_ok=True)
            self.write("static/envoy.yaml", self.solder("translate", *form, "upstream.yaml", "routes.yaml", "secret.json").stdout)
            taken = subprocess.run([ENVOY, "--mode", "validate", "-l", "error", "-c", "static/envoy.yaml"], capture_output=True, text=True, cwd=self.directory, timeout=60)
            self.assertEqual(0, taken.returncode, taken.stderr)
            self.assertEqual("--with-secrets" in form, key[0] in (self.directory / "static/envoy.yaml").read_text())

    def test_roles(self):
        self.write("upstream.yaml", UPSTREAM)
        unknown = self.solder("translate", "--role", "a~b", ".")
        self.assertEqual(3, unknown.returncode)
        self.assertEqual('solder: --role: found "a~b"; expected one of gloo-system~gateway-proxy\n', unknown.stderr)

    def test_plugins(self):
        listed = self.solder("plugin", "list", "-o", "json")
        self.assertEqual(0, listed.returncode)
        self.assertIn("static", [plugin["name"] for plugin in json.loads(listed.stdout)["plugins"]])
        self.write("bad.so", "no library at all")
        refused = self.solder("plugin", "list", "--plugin-dir", ".")
        self.assertEqual(1, refused.returncode)
        self.assertIn("bad.so", refused.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
