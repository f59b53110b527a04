"""Several Solders on one Consul: one holds the lock and writes, all serve the same, and another takes over when the one that leads is killed, stopped, or cut off.
Consul's own indexes say who wrote what while who had the lock."""
import json
import re
import signal
import time
import unittest

from consul_kv_test import OnConsul
from consul_recorder import Recorder
from consul_services_test import consul_upstream
from harness import BUILD, Envoy, Process, admin, free_port, until
from manifests import gateways, prefix_route, ssl_config, upstream, virtual_service
from tcp_proxy import TcpProxy

SHARED = "solder/gloo/solder.io/v1/SharedEntry/gloo-system/"


class Replica(Process):
    """One of several, with a state directory, ports and a way to Consul of its own."""

    def __init__(self, world, consul, number):
        self.recorder = Recorder(consul.port)
        self.way = TcpProxy(self.recorder.port)
        self.xds_port, self.admin_port = free_port(), free_port()
        settings = world.directory / f"solder-{number}.yaml"
        settings.write_text(json.dumps({"pluginConfig": {"consul": {"address": f"http://127.0.0.1:{self.way.port}", "kvSource": {}}}}))
        manifests = world.directory / f"manifests-{number}"
        manifests.mkdir(exist_ok=True)
        super().__init__(f"solder-{number}", [
            BUILD / "bin/solder", "serve", "--config", settings, "--config-dir", manifests, "--plugin-dir", BUILD / "lib/solder/plugins", "--xds-address",
            f"127.0.0.1:{self.xds_port}", "--admin-address", f"127.0.0.1:{self.admin_port}", "--state-dir", world.directory / f"state-{number}"], world.directory / f"solder-{number}.log")

    def snapshot(self):
        return json.loads(admin(self.admin_port, "/snapshot").text)

    def end(self, how=signal.SIGTERM, seconds=30):
        self.way.close()
        code = super().end(how, seconds)
        self.recorder.close()
        return code


class Replicas(OnConsul):
    def setUp(self):
        super().setUp()
        self.start_consul()
        self.port = self.world.start_backend("one")
        self.consul.register("shop", self.port)
        self.consul.apply(gateways(self.world.http_port, self.world.https_port), upstream("one", self.port), consul_upstream("shop", {"serviceName": "shop"}),
                          virtual_service("shop", prefix_route("/", "shop"), domains="[shop.test]"))
        self.put("routes", "example.com")
        self.replicas = []

    def put(self, name, domain, ssl=""):
        self.consul.apply(virtual_service(name, prefix_route("/", "one"), domains=f"[{domain}]", ssl=ssl))

    def start_replica(self, number):
        replica = Replica(self.world, self.consul, number)
        self.replicas.append(replica)
        return self.world.start(replica, lambda: admin(replica.admin_port, "/readyz").status == 200)

    def shared(self):
        status, keys = self.consul.ask("GET", f"/v1/kv/{SHARED}?keys")
        return keys if status == 200 else []

    def leader(self):
        """The one that says so last, from the log of each."""
        for each in self.replicas:
            said = re.findall(r"this Solder (leads|does not lead)", each.log.read_text())
            if each.alive() and said and said[-1] == "leads":
                return each
        return None

    def start_two(self):
        self.start_replica(1)
        self.start_replica(2)
        leader = until("one leads", self.leader)
        self.until_taken("before")
        return leader, next(each for each in self.replicas if each is not leader)

    def until_taken(self, name):
        """A change now: how long until its status stands there."""
        begin = time.monotonic()
        self.put(name, f"{name}.test")
        until(f"the status of {name} is written", lambda: self.status(name).get("state") == "Accepted")
        return time.monotonic() - begin

    def until_kept(self):
        """What stands in Consul may not have been kept yet: its answer is still on the way."""
        until("every transaction is kept", lambda: all(each.recorder.under_way == 0 for each in self.replicas))

    def assert_one_at_a_time(self):
        """In the order in which Consul took them, transactions of one Solder follow transactions of another only when the lock has changed hands."""
        self.until_kept()
        holder, last, count = {}, 0, 0
        for _, lock_index, session, number in sorted((*each, number) for number, replica in enumerate(self.replicas) for each in replica.recorder.transactions):
            count += 1
            self.assertTrue(session, "something was written while nobody had the lock")
            self.assertGreaterEqual(lock_index, last, "something was written under a lock that was somebody else's by then")
            self.assertEqual(number, holder.setdefault(lock_index, number), "two wrote under one lock")
            last = lock_index
        self.assertGreater(count, 0)

    def until_same(self, *replicas):
        until("all serve the same", lambda: len({json.dumps(each.snapshot(), sort_keys=True) for each in replicas}) == 1)

    def test_all_serve_the_same_and_one_writes(self):
        first = self.start_replica(1)
        self.until_written("Accepted")
        # A mistake, of which only the first has ever seen what was there before.
        self.put("routes", "example.com", ssl_config("nothing"))
        self.until_written("Rejected")
        until("what all share is written", lambda: any("virtualservice" in key for key in self.shared()))
        others = [self.start_replica(2), self.start_replica(3)]
        self.until_same(first, *others)
        self.assertIn("example.com", json.dumps(first.snapshot()))
        # An Envoy that moves to another receives nothing, and goes on; endpoints too are the same everywhere, for what one has found all share.
        way = TcpProxy(first.xds_port)
        self.addCleanup(way.close)
        self.world.xds_port = way.port
        envoy = Envoy(self.world, "envoy", "gloo-system~gateway-proxy", False)
        self.world.start(envoy, lambda: admin(envoy.admin_port, "/ready").text.startswith("LIVE"))
        self.world.until_status("/", 200)
        self.world.until_status("/", 200, host="shop.test")
        received = envoy.resources_received()
        for number, each in enumerate(others):
            way.point_to(each.xds_port)
            until(f"Envoy is at {each.name}", lambda each=each: re.search(r"^solder_xds_streams (\S+)", admin(each.admin_port, "/metrics").text, re.MULTILINE)[1] != "0")
            # A change that arrives shows that the stream has caught up: it is the only thing that came.
            self.put(f"new-{number}", f"new{number}.test")
            self.world.until_status("/", 200, host=f"new{number}.test")
            moved = {name for name, value in envoy.resources_received().items() if value != received.get(name, 0)}
            self.assertTrue(moved and all("rds" in name for name in moved), moved)
            received = envoy.resources_received()
        # What is good again is shared no longer, and of three one has written.
        self.put("routes", "example.com")
        until("it is not shared any more", lambda: not any("virtualservice" in key for key in self.shared()))
        self.until_written("Accepted")
        self.assert_one_at_a_time()

    def test_another_takes_over_when_the_one_that_leads_is_killed(self):
        leader, other = self.start_two()
        leader.end(signal.SIGKILL)
        print(f"killed: the next status after {self.until_taken('after'):.2f} s")
        self.assertIs(other, self.leader())
        # Who leads finds instances of services.
        self.consul.register("shop", 4711)
        until("the new instance is found", lambda: "4711" in json.dumps(other.snapshot()))
        self.assert_one_at_a_time()

    def test_one_that_was_stopped_writes_nothing_when_it_wakes(self):
        leader, other = self.start_two()
        with leader.stopped():
            print(f"stopped: the next status after {self.until_taken('after'):.2f} s")
            for number in range(20):  # what the sleeper finds when it wakes
                self.put(f"storm-{number}", f"storm{number}.test")
            until("all statuses are written", lambda: all(self.status(f"storm-{number}").get("state") == "Accepted" for number in range(20)))
        until("it knows that it does not lead", lambda: "does not lead" in leader.log.read_text())
        self.until_same(leader, other)
        self.assert_one_at_a_time()

    def test_one_that_is_cut_off_serves_on_and_leads_no_more(self):
        leader, other = self.start_two()
        leader.way.cut()
        print(f"cut off: the next status after {self.until_taken('after'):.2f} s")
        until("it knows that it does not lead", lambda: "does not lead" in leader.log.read_text())
        self.assertEqual(200, admin(leader.admin_port, "/readyz").status)
        leader.way.mend()
        self.until_same(leader, other)
        self.assert_one_at_a_time()

    def test_a_lock_that_is_taken_away_is_had_again_and_waiting_is_no_loop(self):
        leader, other = self.start_two()
        # All sessions end: as after an agent that was away, or by an operator's hand.
        for session in self.consul.must("GET", "/v1/session/list"):
            self.consul.must("PUT", f"/v1/session/destroy/{session['ID']}")
        self.until_taken("after")
        self.assert_one_at_a_time()
        self.consul.delete("solder/gloo/leader")
        self.until_kept()
        for each in self.replicas:
            each.recorder.transactions.clear()  # a lock that is made anew counts anew
        self.until_taken("later")
        self.assert_one_at_a_time()
        before, begin = [each.recorder.requests for each in (leader, other)], time.monotonic()
        until("some time has passed", lambda: time.monotonic() > begin + 4)
        rates = [(each.recorder.requests - count) / (time.monotonic() - begin) * 60 for each, count in zip((leader, other), before)]
        print(f"requests a minute of two that have nothing to do: {[round(each) for each in rates]}")
        self.assertLess(max(rates), 400)


if __name__ == "__main__":
    unittest.main()
