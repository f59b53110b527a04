"""Solder as the admission webhook of a real Kubernetes API server: what is refused, what is let in with a warning, and that a refusal says what `solder check` says."""
import base64
import concurrent.futures
import http.client
import json
import pathlib
import ssl
import subprocess
import tempfile
import unittest

import yaml

import kube_server
from harness import BUILD, Case, admin, free_port, need_or_skip, until
from kube_server import ADMIN, Kubernetes
from manifests import ssl_config, upstream, virtual_service

GATEWAY = "gateway.solo.io/v1"


ROUTE = "    - {matchers: [{prefix: /}], routeAction: {single: {upstream: {name: one, namespace: gloo-system}}}}"
BROKEN = ssl_config("nothing")  # a Secret that is not there: what no definition's schema sees


def settings(**validation):
    return {"apiVersion": "gloo.solo.io/v1", "kind": "Settings", "metadata": {"name": "default", "namespace": "gloo-system"}, "spec": {"gateway": {"validation": validation}}}


class Admission(Case):
    @classmethod
    def setUpClass(cls):
        need_or_skip(kube_server.PROGRAMS)
        cls.directory = tempfile.TemporaryDirectory(prefix="solder-kube-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.kube = Kubernetes(pathlib.Path(cls.directory.name))
        cls.addClassCleanup(cls.kube.stop)
        cls.kube.add_namespaces("gloo-system")
        cls.kube.add_definitions("VirtualService", "Upstream", "Settings", "RouteTable")
        cls.kube.allow()

    def setUp(self):
        super().setUp()
        world, kube = self.world, self.kube
        self.addCleanup(self.clear)
        kube.apply(settings(alwaysAccept=False), upstream("one", 1))
        config = {"pluginConfig": {"kubernetes": {"watch": {"kubeconfig": str(kube.kubeconfig())}}}}
        (world.directory / "solder.yaml").write_text(json.dumps(config))
        port = free_port()
        # The pair of the API server's own is for 127.0.0.1, from an authority that the webhook names.
        world.start_solder("--config", world.directory / "solder.yaml", "--validation-address", f"127.0.0.1:{port}", "--validation-certificate", kube.directory / "server.crt",
                           "--validation-key", kube.directory / "server.key")
        kube.apply({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "solder"},
            "webhooks": [{"name": "solder.gloo-system.svc", "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail", "timeoutSeconds": 10,
                          "clientConfig": {"url": f"https://127.0.0.1:{port}/validation", "caBundle": base64.b64encode((kube.directory / "server-ca.crt").read_bytes()).decode()},
                          "rules": [{"operations": ["CREATE", "UPDATE", "DELETE"], "apiGroups": ["gateway.solo.io", "gloo.solo.io"], "apiVersions": ["v1"], "resources": ["*"]}]}]})
        until("the webhook is asked", lambda: self.put("probe", "probe.test", BROKEN, dry_run=True)[0] == 403)

    def clear(self):
        self.kube.ask("DELETE", self.kube.path("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "", "solder"))
        for kind, api_version in (("VirtualService", GATEWAY), ("Upstream", "gloo.solo.io/v1"), ("Settings", "gloo.solo.io/v1")):
            for each in self.kube.ask("GET", self.kube.path(api_version, kind, "gloo-system"))[1]["items"]:
                until("it goes", lambda api_version=api_version, kind=kind, name=each["metadata"]["name"]: self.kube.ask("DELETE", self.kube.path(api_version, kind, "gloo-system", name))[0] in (200, 404))

    def put(self, name, domain, ssl="", dry_run=False):
        """(status, what the server says) of applying a virtual service."""
        thing = yaml.safe_load(virtual_service(name, ROUTE, domains=f"[{domain}]", ssl=ssl))
        return self.kube.ask("PATCH", self.kube.object_path(thing) + "?fieldManager=test&force=true" + ("&dryRun=All" if dry_run else ""), thing, "application/apply-patch+yaml")

    def known(self, kind, name):
        return until(f"Solder knows {name}", lambda: self.world.report(kind, name))

    def test_a_mistake_is_refused_as_check_says_it(self):
        status, answer = self.put("bad", "bad.test", BROKEN)
        self.assertEqual(403, status, answer)
        manifest = self.world.directory / "bad.yaml"
        manifest.write_text(upstream("one", 1) + "---" + virtual_service("bad", ROUTE, domains="[bad.test]", ssl=BROKEN))
        check = subprocess.run([BUILD / "bin/solder", "check", "-o", "json", "--plugin-dir", BUILD / "lib/solder/plugins", manifest], capture_output=True, text=True, check=False)
        self.assertEqual(1, check.returncode)
        errors = [each for report in json.loads(check.stdout)["reports"] for each in report["errors"]]
        self.assertTrue(errors)
        for each in errors:
            self.assertIn(each.split("error: ", 1)[-1], answer["message"])
        self.assertIsNone(self.kube.get(GATEWAY, "VirtualService", "bad"))
        # What is right beside it is let in, and the world is as it was.
        self.assertIn(self.put("good", "good.test")[0], (200, 201))
        self.assertEqual("Accepted", self.known("VirtualService", "good")["state"])
        self.assertIsNone(self.world.report("VirtualService", "bad"))

    def test_what_others_would_suffer_counts(self):
        self.put("first", "same.test")
        self.known("VirtualService", "first")
        status, answer = self.put("second", "same.test")
        self.assertEqual(403, status, answer)
        self.assertIn("same.test", answer["message"])
        # Deleting an upstream in use is a Warning of others: let in, unless warnings count.
        delete = self.kube.path("gloo.solo.io/v1", "Upstream", "gloo-system", "one")
        self.assertEqual(200, self.kube.ask("DELETE", delete + "?dryRun=All")[0])
        self.kube.apply(settings(alwaysAccept=False, allowWarnings=False))
        until("warnings count", lambda: self.kube.ask("DELETE", delete + "?dryRun=All")[0] == 403)
        self.assertEqual(200, self.kube.ask("DELETE", self.kube.path(GATEWAY, "VirtualService", "gloo-system", "first"))[0])
        until("nobody uses it any more", lambda: self.kube.ask("DELETE", delete)[0] == 200)

    def test_one_of_two_at_the_same_moment_is_refused(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            requests = [pool.submit(self.parallel, number) for number in range(8)]
            statuses = sorted(each.result() for each in requests)
        self.assertEqual([201] + [403] * 7, statuses, "all of one domain")

    def parallel(self, number):
        connection = http.client.HTTPSConnection("127.0.0.1", self.kube.port, timeout=180, context=ssl.create_default_context(cafile=self.kube.directory / "server-ca.crt"))
        thing = yaml.safe_load(virtual_service(f"one-of-{number}", ROUTE, domains="[only-one.test]"))
        try:
            connection.request("POST", self.kube.path(GATEWAY, "VirtualService", "gloo-system"), json.dumps(thing), {"authorization": f"Bearer {ADMIN}", "content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def test_everything_is_let_in_where_settings_say_so_and_the_user_is_warned(self):
        self.kube.apply(settings())
        until("all is let in", lambda: self.put("bad", "bad.test", BROKEN, dry_run=True)[0] in (200, 201))
        kubectl = [self.kube.programs / "kubectl", "--kubeconfig", self.kube.kubeconfig("admin", user={"token": ADMIN}), "apply", "-f", "-"]
        done = subprocess.run(kubectl, input=virtual_service("bad", ROUTE, domains="[bad.test]", ssl=BROKEN), capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("Warning:", done.stderr)
        self.assertIn("nothing", done.stderr)

    def test_without_solder_nothing_is_let_in_as_the_webhook_says(self):
        self.world.solder.end()
        status, answer = self.put("good", "good.test")
        self.assertEqual(500, status, answer)
        self.assertIn("failed calling webhook", answer["message"])
        self.kube.delete("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "solder", "")


if __name__ == "__main__":
    unittest.main()
