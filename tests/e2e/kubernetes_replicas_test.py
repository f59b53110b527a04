"""Several Solders on one API server: one writes, all serve the same, and another takes over when the one that leads is killed, stopped, or cut off. The API
server's audit log says who wrote what, and when."""
import datetime
import json
import pathlib
import re
import signal
import tempfile
import time
import unittest

import kube_server
from harness import BUILD, Case, Envoy, Process, admin, free_port, need_or_skip, until
from kube_server import Kubernetes
from manifests import gateways, ssl_config, upstream, virtual_service
from tcp_proxy import TcpProxy

GATEWAY = "gateway.solo.io/v1"
AUDIT = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- {level: Metadata, verbs: [create, update, patch, delete]}
"""


class Replica(Process):
    """One of several, with a state directory, ports and a way to the API server of its own."""

    def __init__(self, world, kube, number):
        self.number, self.address = number, f"127.0.0.{10 + number}"
        self.api = TcpProxy(kube.port, self.address)
        self.xds_port, self.admin_port = free_port(), free_port()
        kubeconfig = kube.kubeconfig(f"kubeconfig-{number}", server=f"https://127.0.0.1:{self.api.port}")
        settings = world.directory / f"solder-{number}.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"kubernetes": {"watch": {"kubeconfig": str(kubeconfig)}}}}))
        manifests = world.directory / f"manifests-{number}"
        manifests.mkdir(exist_ok=True)
        super().__init__(f"solder-{number}", [
            BUILD / "bin/solder", "serve", "--config", settings, "--config-dir", manifests, "--plugin-dir", BUILD / "lib/solder/plugins", "--xds-address",
            f"127.0.0.1:{self.xds_port}", "--admin-address", f"127.0.0.1:{self.admin_port}", "--state-dir", world.directory / f"state-{number}"], world.directory / f"solder-{number}.log")

    def snapshot(self):
        return json.loads(admin(self.admin_port, "/snapshot").text)

    def end(self, how=signal.SIGTERM, seconds=30):
        self.api.close()
        return super().end(how, seconds)


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Replicas(Case):
    @classmethod
    def setUpClass(cls):
        need_or_skip(kube_server.PROGRAMS)
        cls.directory = tempfile.TemporaryDirectory(prefix="solder-kube-")
        cls.addClassCleanup(cls.directory.cleanup)
        where = pathlib.Path(cls.directory.name)
        cls.kube = Kubernetes(where, start=False)
        cls.addClassCleanup(cls.kube.stop)
        (where / "audit.yaml").write_text(AUDIT)
        cls.kube.start_etcd()
        cls.kube.start_server("--audit-policy-file", where / "audit.yaml", "--audit-log-path", where / "audit.log", "--audit-log-batch-max-wait", "100ms")
        cls.kube.add_namespaces("gloo-system")
        cls.kube.add_definitions("VirtualService", "Upstream", "Gateway", "Settings")
        cls.kube.allow()

    def setUp(self):
        super().setUp()
        world = self.world
        self.kube.apply(gateways(world.http_port, world.https_port), upstream("one", world.start_backend("one")))
        self.put("routes", "one", "example.com")
        self.replicas = []
        self.began = time.time()
        self.addCleanup(self.clear)

    def clear(self):
        for each in self.replicas:
            if each.alive():
                each.end(signal.SIGKILL)
        for each in self.kube.ask("GET", self.kube.path(GATEWAY, "VirtualService", "gloo-system"))[1]["items"]:
            self.kube.delete(GATEWAY, "VirtualService", each["metadata"]["name"])
        self.kube.ask("DELETE", self.kube.path("coordination.k8s.io/v1", "Lease", "gloo-system", "solder"))

    def put(self, name, to, domain, ssl=""):
        self.kube.apply(virtual_service(name, f"    - {{matchers: [{{prefix: /}}], routeAction: {{single: {{upstream: {{name: {to}, namespace: gloo-system}}}}}}}}",
                                        domains=f"[{domain}]", ssl=ssl))

    def start(self, number):
        replica = Replica(self.world, self.kube, number)
        self.replicas.append(replica)
        return self.world.start(replica, lambda: admin(replica.admin_port, "/readyz").status == 200)

    def status(self, name):
        found = self.kube.get(GATEWAY, "VirtualService", name) or {}
        return found.get("status", {}).get("statuses", {}).get("gloo-system", {})

    def shared(self):
        items = self.kube.must("GET", self.kube.path("v1", "Secret", "gloo-system"))["items"]
        return [each for each in items if each["type"] == "solder.io/shared"]

    def leader(self):
        """The one that says so last, from the log of each."""
        for each in self.replicas:
            said = re.findall(r"this Solder (leads|does not lead)", each.log.read_text())
            if each.alive() and said and said[-1] == "leads":
                return each
        return None

    def until_written(self, name, seconds=30):
        """A change now: how long until its status stands there."""
        begin = time.monotonic()
        self.put(name, "one", f"{name}.test")
        until(f"the status of {name} is written", lambda: self.status(name).get("state") == "Accepted", seconds)
        return time.monotonic() - begin

    def writes(self):
        """All writes of statuses and of the Lease that the server took since the test began: (time, what, address)."""
        out = []
        for line in (self.kube.directory / "audit.log").read_text().splitlines():
            each = json.loads(line)
            about = each.get("objectRef", {})
            what = "lease" if about.get("resource") == "leases" else "status" if about.get("subresource") == "status" else None
            moment = seconds_of(each["stageTimestamp"])
            if what and each["responseStatus"]["code"] < 300 and moment > self.began and each["sourceIPs"][0] != "127.0.0.1":
                out.append((moment, what, each["sourceIPs"][0]))
        return sorted(out)

    def assert_one_at_a_time(self):
        """No status was written by one that did not hold the Lease at that moment."""
        holder, statuses = None, 0
        for moment, what, address in self.writes():
            if what == "lease":
                holder = address
            else:
                statuses += 1
                self.assertEqual(holder, address, f"{address} wrote a status at {moment} while {holder} held the Lease")
        self.assertGreater(statuses, 0)

    def test_all_serve_the_same_and_one_writes(self):
        first = self.start(1)
        until("the status is written", lambda: self.status("routes").get("state") == "Accepted")
        # A mistake, of which only the first has ever seen what was there before.
        self.put("routes", "one", "example.com", ssl_config("nothing"))
        until("the mistake stands in the status", lambda: self.status("routes").get("state") == "Rejected")
        until("the last good version is shared", lambda: len(self.shared()) == 1)
        others = [self.start(2), self.start(3)]
        for each in others:
            until(f"{each.name} serves the same", lambda each=each: each.snapshot() == first.snapshot())
        self.assertIn("example.com", json.dumps(first.snapshot()))
        # An Envoy that moves to another receives nothing, and goes on.
        way = TcpProxy(first.xds_port)
        self.addCleanup(way.close)
        self.world.xds_port = way.port
        envoy = Envoy(self.world, "envoy", "gloo-system~gateway-proxy", False)
        self.world.start(envoy, lambda: admin(envoy.admin_port, "/ready").text.startswith("LIVE"))
        self.world.until_status("/", 200)
        received = envoy.resources_received()
        for number, each in enumerate(others):
            way.point_to(each.xds_port)
            until(f"Envoy is at {each.name}", lambda each=each: re.search(r"^solder_xds_streams (\S+)", admin(each.admin_port, "/metrics").text, re.MULTILINE)[1] != "0")
            # A change that arrives shows that the stream has caught up: it is the only thing that came.
            self.put(f"new-{number}", "one", f"new{number}.test")
            self.world.until_status("/", 200, host=f"new{number}.test")
            moved = {name: value - received.get(name, 0) for name, value in envoy.resources_received().items() if value != received.get(name, 0)}
            self.assertEqual([1], [count for name, count in moved.items() if "rds" in name and name.endswith("update_success")], moved)
            self.assertTrue(all("rds" in name for name in moved), moved)
            received = envoy.resources_received()
        # What is good again is shared no longer, and of three one has written.
        self.put("routes", "one", "example.com")
        until("nothing is shared any more", lambda: not self.shared())
        until("the status is written", lambda: self.status("routes").get("state") == "Accepted")
        self.assert_one_at_a_time()

    def test_another_takes_over_when_the_one_that_leads_is_killed(self):
        self.start(1)
        self.start(2)
        leader = until("one leads", self.leader)
        self.until_written("before")
        leader.end(signal.SIGKILL)
        print(f"killed: the next status after {self.until_written('after'):.2f} s")
        self.assertIsNot(leader, self.leader())
        self.assert_one_at_a_time()

    def test_one_that_was_stopped_writes_nothing_when_it_wakes(self):
        self.start(1)
        self.start(2)
        leader = until("one leads", self.leader)
        self.until_written("before")
        with leader.stopped():
            print(f"stopped: the next status after {self.until_written('after'):.2f} s")
            for number in range(20):  # what the sleeper finds when it wakes
                self.put(f"storm-{number}", "one", f"storm{number}.test")
            until("all statuses are written", lambda: all(self.status(f"storm-{number}").get("state") == "Accepted" for number in range(20)))
        until("it knows that it does not lead", lambda: "does not lead" in leader.log.read_text())
        other = next(each for each in self.replicas if each is not leader)
        until("both serve the same", lambda: leader.snapshot() == other.snapshot())
        self.assert_one_at_a_time()

    def test_one_that_is_cut_off_serves_on_and_leads_no_more(self):
        self.start(1)
        self.start(2)
        leader = until("one leads", self.leader)
        self.until_written("before")
        leader.api.cut()
        print(f"cut off: the next status after {self.until_written('after'):.2f} s")
        until("it knows that it does not lead", lambda: "does not lead" in leader.log.read_text())
        self.assertEqual(200, admin(leader.admin_port, "/readyz").status)
        leader.api.mend()
        other = next(each for each in self.replicas if each is not leader)
        until("both serve the same", lambda: leader.snapshot() == other.snapshot())
        self.assert_one_at_a_time()


if __name__ == "__main__":
    unittest.main()
