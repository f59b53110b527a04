"""A storm of edits while a real API server is killed, etcd forgets, watches break and a tenth of the requests is refused, with a rival that writes statuses: nothing is lost, nothing is stale, no request fails.

SOLDER_FAULT_ROUNDS=20 SOLDER_FAULT_EDITS=500 makes it the long one.
"""
import json
import os
import random
import sys
import time
import unittest

import kube_server
from faulty_api import FaultyApi
from harness import Case, need_or_skip, until
from kube_server import Conflict, Kubernetes
from manifests import gateways, ssl_config, upstream, virtual_service

GATEWAY = "gateway.solo.io/v1"
ROUNDS = int(os.environ.get("SOLDER_FAULT_ROUNDS", "3"))
SERVICES = 30
EDITS = int(os.environ.get("SOLDER_FAULT_EDITS", "40"))  # in each round


class Faults(Case):
    def setUp(self):
        super().setUp()
        need_or_skip(kube_server.PROGRAMS)
        world = self.world
        self.random = random.Random(11)
        self.kube = Kubernetes(world.directory / "kube")
        self.addCleanup(self.kube.stop)
        self.kube.add_namespaces("gloo-system")
        self.kube.add_definitions("VirtualService", "Upstream", "Gateway", "Settings")
        self.kube.allow()
        self.kube.apply(gateways(world.http_port, world.https_port), upstream("one", world.start_backend("one")),
                        virtual_service("stable", "    - {matchers: [{prefix: /}], routeAction: {single: {upstream: {name: one, namespace: gloo-system}}}}", domains="[stable.test]"))
        self.wanted = {}
        for number in range(SERVICES):
            self.edit(number, 200)
        self.api = FaultyApi(self.kube)
        self.addCleanup(self.api.stop)
        settings = world.directory / "solder.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"kubernetes": {"watch": {"kubeconfig": str(self.kube.kubeconfig(server=self.api.url))}}}}))
        world.start_solder("--config", settings, ready=False)
        world.start_envoy()
        world.until_status("/", 200, host="stable.test")

    def edit(self, number, code):
        """Without a code it names a Secret that is not there, and is Rejected."""
        how = {} if code else {"ssl": ssl_config("nothing")}
        self.kube.apply(virtual_service(f"edited-{number}", f"    - {{matchers: [{{prefix: /}}], directResponseAction: {{status: {code or 200}}}}}", domains=f"[edited-{number}.test]", **how))
        self.wanted[number] = code

    def rival(self, number):
        path = self.kube.path(GATEWAY, "VirtualService", "gloo-system", f"edited-{number}") + "/status?fieldManager=rival&force=true"
        self.kube.must("PATCH", path, {"apiVersion": GATEWAY, "kind": "VirtualService", "metadata": {"name": f"edited-{number}", "namespace": "gloo-system"},
                                       "status": {"statuses": {"rival": {"state": "Pending"}}}}, content_type="application/apply-patch+yaml")

    def storm(self):
        for count in range(EDITS):
            number = self.random.randrange(SERVICES)
            try:
                self.edit(number, self.random.choice([201, 202, 203, 418, None]))
                if count % 4 == 0:
                    self.rival(number)
            except Conflict:
                continue
        self.kube.compact()

    def wrong(self):
        """What is not yet as the last edit wants it."""
        out = []
        for number, code in self.wanted.items():
            found = self.kube.get(GATEWAY, "VirtualService", f"edited-{number}")
            status = found.get("status", {}).get("statuses", {}).get("gloo-system", {})
            told = (status.get("state"), status.get("details", {}).get("observedGeneration"))
            if told != ("Accepted" if code else "Rejected", found["metadata"]["generation"]):
                out.append((number, code, told))
            if code and (answer := self.world.get("/", host=f"edited-{number}.test").status) != code:
                out.append((number, code, answer))
        return out

    def test_nothing_is_lost_and_nothing_stale(self):
        with self.world.load("stable.test/", rate=300) as figures:
            for _ in range(ROUNDS):
                self.storm()
                self.kube.stop_server()
                self.kube.start_server()
            self.storm()
            self.api.share, self.api.longest_watch = 0.0, 300.0
            quiet = time.monotonic()
            until("all is as it was edited last", lambda: self.wrong() == [], 90)
            print(f"all was right {time.monotonic() - quiet:.1f} s after quiet; requests: {self.api.answered}", file=sys.stderr)
        self.assert_all_ok(figures)
        self.assertGreater(self.api.answered["refused"], 0)
        self.assertGreater(self.api.answered["broken off"], 0)
        rivals = [number for number in self.wanted if "rival" in self.kube.get(GATEWAY, "VirtualService", f"edited-{number}")["status"]["statuses"]]
        self.assertTrue(rivals, "the rival's statuses are gone")


if __name__ == "__main__":
    unittest.main()
