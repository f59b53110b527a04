"""Functions of Google's that are found: listed page by page, called, gone again; refusals and garbage, after which the last good list serves."""
import json
import unittest

from google_fixture import GoogleCase, gcp_route
from harness import until
from manifests import virtual_service

HOST = "us-central1-proj.cloudfunctions.net"
PARENT = "projects/proj/locations/us-central1"


def function(name, **more):
    return {"name": f"{PARENT}/functions/{name}", "state": "ACTIVE", "environment": "GEN_2", "url": f"https://{HOST}/{name}", **more}


def old_function(name):
    return {"name": f"{PARENT}/functions/{name}", "status": "ACTIVE", "httpsTrigger": {"url": f"https://{HOST}/{name}", "securityLevel": "SECURE_ALWAYS"}}


def service(name, **more):
    return {"name": f"{PARENT}/services/{name}", "uri": f"https://{name}-abc-uc.a.run.app", **more}


class Discovery(GoogleCase):
    def setUp(self):
        super().setUp()
        self.world.write("upstream.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: found, namespace: gloo-system}}
spec:
  gcp:
    project: proj
    region: us-central1
    secretRef: {{name: account, namespace: gloo-system}}
    functions: [{{functionName: hand, path: /by-hand}}]
    gcpOptions: {{endpoint: 'http://127.0.0.1:{self.port}', api: 'http://127.0.0.1:{self.port}'}}
""")
        self.world.write("routes.yaml", virtual_service("web", "".join(gcp_route(f"/{name}", "found", name) for name in ("one", "f7", "run", "hand"))))
        (self.world.directory / "config.yaml").write_text("pluginConfig: {gcf: {listEverySeconds: 1}}\n")

    def serve(self):
        self.world.start_solder("--config", self.world.directory / "config.yaml")
        return self.world.start_envoy()

    def files(self):
        return {path: path.stat().st_mtime_ns for path in (self.world.directory / "state/discovered").rglob("*.yaml")}

    def lists(self, which):
        return self.seen()["lists"].get(which, 0)

    def test_functions_come_are_called_and_go(self):
        found = [function("one"), function("event", eventTrigger={"triggerRegion": "x"}), function("hand"), *(function(f"f{i}") for i in range(50))]
        self.control(functions={"v2/functions": found, "v2/services": [service("run"), service("one", labels={"goog-managed-by": "cloudfunctions"})]})
        self.serve()
        told = self.call("/one/x").echo
        self.assertEqual(("/one/one/x", f"https://{HOST}/one"), (told["target"], told["aud"]))
        self.assertEqual("/f7/f7", self.call("/f7").echo["target"])
        self.assertEqual("/by-hand/hand", self.call("/hand").echo["target"])
        told = self.call("/run/x").echo
        self.assertEqual(("/run/x", "run-abc-uc.a.run.app", "https://run-abc-uc.a.run.app"), (told["target"], told["host"], told["aud"]))
        before, asked = self.files(), self.lists("v2/functions")
        until("it was listed twice more", lambda: self.lists("v2/functions") >= asked + 6)
        self.assertEqual(before, self.files())
        self.control(functions={"v2/functions": found[1:], "v2/services": []})
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "one")
        self.call("/one", 500)
        self.assertEqual("/f7/f7", self.call("/f7").echo["target"])
        self.assertEqual({}, self.seen()["refused"])

    def test_trouble_leaves_what_was_found(self):
        self.control(functions={"v2/functions": [function("one")]})
        self.serve()
        self.call("/one")
        for control, words in (({"functions": {"v2/functions": "<html>"}}, "no list of functions"), ({"throttle": 1000}, "429 RESOURCE_EXHAUSTED"),
                               ({"throttle": 0, "functions": {"v2/functions": json.dumps({"functions": [], "unreachable": [f"{PARENT}"]})}}, "cannot be reached")):
            self.control(**control)
            self.world.until_state("Upstream", "found", "Warning", "DiscoveryFailed", words)
            self.assertEqual(200, self.world.get("/one").status)
        self.control(functions={"v2/functions": [function("one"), function("run")]})
        self.assertEqual("/run/run", self.call("/run").echo["target"])
        self.world.until_state("Upstream", "found", "Accepted")

    def test_where_there_is_only_the_first_version(self):
        self.control(functions={"v1/functions": [old_function("one"), {"name": f"{PARENT}/functions/f7", "status": "ACTIVE", "eventTrigger": {}}]}, missing=["v2/functions", "v2/services"])
        self.serve()
        self.call("/one")
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "f7")
        found = self.world.solder_output("discover", "found", self.world.manifests, "--plugin-dir", self.world.solder.command[self.world.solder.command.index("--plugin-dir") + 1], "--state-dir", self.world.directory / "state")
        self.assertIn("= hand", found)
        self.assertIn("0 to add, 0 to remove", found)


if __name__ == "__main__":
    unittest.main()
