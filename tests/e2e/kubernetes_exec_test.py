"""A kubeconfig whose credential a program gives, against a real API server: it is run again before it expires and where it is refused, and its failure is told."""
import json
import stat
import subprocess
import unittest

import kube_server
from harness import BUILD, Case, admin, need_or_skip, until
from kube_server import ADMIN, SOLDER, Kubernetes
from manifests import gateways, virtual_service

# Each run leaves a line; what is printed stands in a file beside.
PROGRAM = """#!/bin/sh
echo "$KUBERNETES_EXEC_INFO $ANSWER" >> "$(dirname "$0")/runs"
if [ "$(cat "$(dirname "$0")/$ANSWER")" = fail ]; then echo "no such account" >&2; exit 3; fi
cat "$(dirname "$0")/$ANSWER"
"""


def credential(token, seconds=None):
    status = {"token": token}
    if seconds is not None:
        status["expirationTimestamp"] = subprocess.run(["date", "-u", "-d", f"+{seconds} seconds", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True, text=True, check=True).stdout.strip()
    return json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status})


class ExecCredentials(Case):
    def setUp(self):
        super().setUp()
        need_or_skip(kube_server.PROGRAMS)
        world = self.world
        self.kube = Kubernetes(world.directory / "kube")
        self.addCleanup(self.kube.stop)
        self.kube.add_namespaces("gloo-system")
        self.kube.add_definitions("VirtualService", "Gateway", "Upstream", "Settings")
        self.kube.allow()
        self.kube.apply(gateways(world.http_port, world.https_port), virtual_service("routes", "    - {matchers: [{prefix: /}], directResponseAction: {status: 200}}"))
        self.folder = self.kube.directory
        program = self.folder / "credential"
        program.write_text(PROGRAM)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./credential", "env": [{"name": "ANSWER", "value": "answer"}], "interactiveMode": "Never", "provideClusterInfo": True}}
        settings = world.directory / "solder.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"kubernetes": {"watch": {"kubeconfig": str(self.kube.kubeconfig(user=user))}}}}))
        self.flags = ("--config", settings)

    def answer(self, text):
        (self.folder / "answer").write_text(text)

    def runs(self):
        file = self.folder / "runs"
        return file.read_text().splitlines() if file.exists() else []

    def test_it_is_run_again_before_it_expires_and_told_of_the_cluster(self):
        self.answer(credential(SOLDER, seconds=8))
        self.world.start_solder(*self.flags)
        self.world.start_envoy()
        self.world.until_status("/", 200)
        information = json.loads(self.runs()[0].rsplit(" ", 1)[0])
        self.assertEqual(information["spec"]["cluster"]["server"], self.kube.url)
        self.assertFalse(information["spec"]["interactive"])
        until("it has run again", lambda: len(self.runs()) >= 2, 90)
        self.assertIsNone(self.world.report("ConfigSource", "kubernetes", ""))

    def test_a_failure_and_a_refusal_are_told_and_mended(self):
        self.answer("fail")
        world = self.world
        world.start_solder(*self.flags, ready=False)
        until("it says why it is not ready", lambda: "exit code 3: no such account" in admin(world.admin_port, "/readyz").text)
        self.answer(credential("not-a-token"))
        until("it says that nobody knows the token", lambda: "HTTP 401" in admin(world.admin_port, "/readyz").text)
        self.answer(credential(SOLDER))
        world.start_envoy()
        world.until_status("/", 200)
        until("the source is well", lambda: world.report("ConfigSource", "kubernetes", "") is None, 90)

    def test_apply_asks_the_program_as_well(self):
        self.answer(credential(ADMIN))  # who may write
        more = self.world.directory / "more.yaml"
        more.write_text(virtual_service("more", "    - {matchers: [{prefix: /}], directResponseAction: {status: 201}}", domains="[more.test]"))
        done = subprocess.run([BUILD / "bin/solder", "apply", "-f", more, *self.flags], capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNotNone(self.kube.get("gateway.solo.io/v1", "VirtualService", "more"))


if __name__ == "__main__":
    unittest.main()
