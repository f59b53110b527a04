#!/usr/bin/env python3
"""`solder check --from-gloo` over what kubectl and Helm write. SOLDER names the program."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

SOLDER = os.environ["SOLDER"]
ROOT = pathlib.Path(__file__).resolve().parents[3]
MANAGED = {"creationTimestamp": "2024-05-01T10:00:00Z", "generation": 3, "resourceVersion": "71234", "uid": "0b6cfe0a-6b0e-4c4d-9d7d-1c2d3e4f5a6b",
           "managedFields": [{"apiVersion": "gateway.solo.io/v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {".": {}}}, "manager": "kubectl", "operation": "Update"}],
           "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}\n"}}
STATUS = {"statuses": {"gloo-system": {"reportedBy": "gloo", "state": 1, "subresourceStatuses": {"*v1.Proxy.gateway-proxy_gloo-system": {"reportedBy": "gloo", "state": "Accepted"}}}}}


def thing(kind, name, spec, group="gateway.solo.io/v1", **more):
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name, "namespace": "gloo-system", **MANAGED}, "spec": spec, "status": STATUS, **more}


def service(name, options=None, domain=None, **spec):
    route = {"matchers": [{"prefix": "/"}], "routeAction": {"single": {"upstream": {"name": "backend", "namespace": "gloo-system"}}}, "options": options or {}}
    return thing("VirtualService", name, {"virtualHost": {"domains": [domain or name + ".example.com"], "routes": [route]}, **spec})


BACKEND = thing("Upstream", "backend", {"static": {"hosts": [{"addr": "127.0.0.1", "port": 9000}]}}, "gloo.solo.io/v1")


class FromGloo(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)

    def write(self, *items, name="dump.yaml"):
        (self.directory / name).write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": list(items)}))

    def run_check(self, *arguments):
        return subprocess.run([SOLDER, "check", "--from-gloo", *arguments, "."], capture_output=True, text=True, cwd=self.directory, timeout=120)

    def verdicts(self, code):
        done = self.run_check("-o", "json")
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        said = json.loads(done.stdout)
        return {f"{each['kind']}/{each['name']}": each for each in said["objects"]}, said

    def test_a_dump_of_kubectl_works_unchanged(self):
        self.write(BACKEND, service("web", {"timeout": "3s"}))
        found, said = self.verdicts(0)
        self.assertEqual({"VirtualService/web": "unchanged", "Upstream/backend": "unchanged"}, {name: each["outcome"] for name, each in found.items()})
        self.assertEqual({"unchanged": 2, "differs": 0, "unsupported": 0, "mistaken": 0, "aside": 0}, said["summary"])

    def test_what_is_none_of_gloos_is_left_aside(self):
        proxy = thing("Proxy", "gateway-proxy", {"listeners": [{"name": "listener-::-8080", "httpListener": {}}]}, "gloo.solo.io/v1")
        deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "gloo", "namespace": "gloo-system"}, "spec": {"replicas": 1}}
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "gloo"}, "rules": []}
        self.write(BACKEND, proxy, deployment, role)
        (self.directory / "helm.yaml").write_text("---\n# Source: gloo/templates/1.yaml\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: c\n  namespace: gloo-system\n---\n\n")
        found, said = self.verdicts(0)
        self.assertEqual({"Proxy/gateway-proxy", "Deployment/gloo", "ClusterRole/gloo", "ServiceAccount/c"}, {name for name, each in found.items() if each["outcome"] == "aside"})
        self.assertIn("Gloo makes it from the other objects", found["Proxy/gateway-proxy"]["findings"][0]["message"])
        self.assertEqual(4, said["summary"]["aside"])

    def test_each_difference_is_named_with_its_anchor(self):
        upstream = thing("Upstream", "far", {"static": {"hosts": [{"addr": "127.0.0.1", "port": 1}]}, "use_http2": True,
                                             "connectionConfig": {"commonHttpProtocolOptions": {"idleTimeout": "5s"}}}, "gloo.solo.io/v1")
        settings = thing("Settings", "default", {"gloo": {"invalidConfigPolicy": {"replaceInvalidRoutes": True}}}, "gloo.solo.io/v1")
        self.write(upstream, settings)
        found, _ = self.verdicts(0)
        self.assertEqual(("differs", "docs/differences.md#http-protocol-options", "spec.use_http2"),
                         (found["Upstream/far"]["outcome"], found["Upstream/far"]["findings"][0]["difference"], found["Upstream/far"]["findings"][0]["field"]))
        self.assertEqual("docs/differences.md#replaced-routes", found["Settings/default"]["findings"][0]["difference"])

    def test_what_envoy_cannot_do_says_why_and_the_way_round(self):
        firewall = service("walled")
        firewall["spec"]["virtualHost"]["options"] = {"waf": {"ruleSets": []}}
        self.write(BACKEND, firewall, thing("GraphQLApi", "api", {}, "graphql.gloo.solo.io/v1beta1"),
                   thing("HTTPRoute", "route", {}, "gateway.networking.k8s.io/v1"), thing("Gateway", "http", {"gatewayClassName": "gloo-gateway"}, "gateway.networking.k8s.io/v1"))
        found, said = self.verdicts(1)
        for name in ("VirtualService/walled", "GraphQLApi/api", "HTTPRoute/route", "Gateway/http"):
            self.assertEqual("unsupported", found[name]["outcome"], found[name])
            self.assertTrue(all(found[name]["findings"][0].get(part) for part in ("message", "instead", "difference")), found[name])
        self.assertIn("extProc", found["VirtualService/walled"]["findings"][0]["instead"])
        self.assertEqual(4, said["summary"]["unsupported"])

    def test_a_mistake_is_none_of_ours(self):
        self.write(BACKEND, service("late", {"timeout": "soon"}))
        found, _ = self.verdicts(1)
        self.assertEqual(("mistaken", "InvalidDuration"), (found["VirtualService/late"]["outcome"], found["VirtualService/late"]["findings"][0]["reason"]))

    def test_a_missing_upstream_is_a_note(self):
        self.write(service("web"))
        found, _ = self.verdicts(0)
        self.assertEqual(("unchanged", "note"), (found["VirtualService/web"]["outcome"], found["VirtualService/web"]["findings"][0]["kind"]))

    def test_a_file_that_cannot_be_read_is_named(self):
        self.write(BACKEND)
        (self.directory / "template.yaml").write_text("apiVersion: v1\nkind: {{ .Values.kind }\n")
        done = self.run_check()
        self.assertEqual(1, done.returncode)
        self.assertIn("template.yaml:", done.stdout)
        self.assertIn("1 object of Gloo's: 1 unchanged", done.stdout)

    def test_text_is_a_line_an_object_and_a_line_a_finding(self):
        self.write(BACKEND, service("late", {"timeout": "soon"}))
        lines = self.run_check().stdout.splitlines()
        self.assertRegex(lines[0], r"^Upstream gloo-system/backend \(\./dump\.yaml:\d+\) works unchanged$")
        self.assertRegex(lines[1], r"^VirtualService gloo-system/late \(\./dump\.yaml:\d+\) has mistakes$")
        self.assertRegex(lines[2], r"^  spec\.virtualHost\.routes\[0\]\.options\.timeout: .*\[InvalidDuration\]$")
        self.assertEqual("2 objects of Gloo's: 1 unchanged, 0 with differences, 0 not supported, 1 with mistakes; 0 left aside", lines[3])

    def test_a_directory_that_is_not_there(self):
        done = subprocess.run([SOLDER, "check", "--from-gloo", "nowhere"], capture_output=True, text=True, cwd=self.directory, timeout=60)
        self.assertEqual((3, ""), (done.returncode, done.stdout))

    def test_every_golden_case_is_judged(self):
        for case in sorted((ROOT / "tests/golden/cases").iterdir())[::6]:
            done = subprocess.run([SOLDER, "check", "--from-gloo", "-o", "json", str(case / "input.yaml")], capture_output=True, text=True, timeout=60)
            self.assertIn(done.returncode, (0, 1), case.name + done.stderr)
            json.loads(done.stdout)

    def test_every_anchor_is_in_the_documentation(self):
        source = (ROOT / "cli/gloo_differences.cc").read_text() + (ROOT / "cli/migration.cc").read_text()
        anchors = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+|failover|eds)"', source))
        there = set(re.findall(r'<a id="([a-z0-9-]+)"></a>', (ROOT / "docs/differences.md").read_text()))
        self.assertGreater(len(anchors), 10)
        self.assertEqual(set(), anchors - there)


if __name__ == "__main__":
    unittest.main()
