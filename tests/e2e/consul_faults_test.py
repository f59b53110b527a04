"""What happens when something is in the way of Consul: killed and started again, put back to a snapshot, answering with errors and garbage. What is known is
served on, what is wrong is named, and nobody asks faster for it."""
import json
import signal
import subprocess
import sys
import time
import unittest

from consul_kv_test import OnConsul, answer
from harness import HERE, Process, free_port, get_json, request, until
from manifests import prefix_route, virtual_service
from consul_services_test import consul_upstream


class Faults(OnConsul):
    def setUp(self):
        super().setUp()
        self.start_consul()
        self.prepare()
        self.consul.register("shop", self.port)
        self.consul.apply(consul_upstream("shop", {"serviceName": "shop"}))
        self.consul.apply(virtual_service("shop", prefix_route("/", "shop"), domains="[shop.test]"))

    def start_behind_front(self, **more):
        self.front = free_port()
        front = Process("front", [sys.executable, HERE / "consul_front.py", self.front, self.consul.port], self.world.directory / "front.log")
        self.world.start(front, lambda: "listening" in front.tail())
        self.start(address=f"http://127.0.0.1:{self.front}", **more)

    def fault(self, **how):
        self.assertEqual(200, request(self.front, "/_/faults", method="PUT", body=json.dumps(how).encode()).status)

    def seen(self):
        return get_json(self.front, "/_/seen")

    def serves(self, status=201):
        self.world.until_status("/", status)
        self.world.until_status("/", 200, host="shop.test")

    def test_killed_and_started_again(self):
        self.start()
        envoy = self.world.start_envoy()
        self.serves()
        received = envoy.resources_received()
        self.consul.stop(signal.SIGKILL)
        self.source_says("ServerUnreachable")
        self.serves()
        self.consul.start()
        self.source_is_well()
        self.serves()
        self.assertEqual(received, envoy.resources_received(), "a Consul that came back as it was moved something")
        self.consul.apply(answer(202))
        self.serves(202)

    def test_one_that_comes_back_empty_and_young(self):
        """Its indexes begin anew: whoever went on waiting for a larger one would wait for ever."""
        self.start()
        self.world.start_envoy()
        for status in (202, 203, 204):
            self.consul.apply(answer(status))
        self.serves(204)
        self.consul.stop()
        (self.consul.directory / "data").rename(self.consul.directory / "old")
        self.consul.start()
        until("nothing is served any more", self.is_gone)
        self.prepare()
        self.world.until_status("/", 201)

    def is_gone(self):
        """With the Gateway its port is closed; connections to it end."""
        try:
            return self.world.get().status == 404
        except OSError:
            return True

    def test_a_snapshot_is_restored(self):
        self.start()
        self.world.start_envoy()
        self.serves()
        snapshot = self.consul.directory / "snapshot"
        address = f"-http-addr={self.consul.url}"
        subprocess.run([self.consul.program, "snapshot", "save", address, snapshot], check=True, capture_output=True)
        self.consul.apply(answer(202), answer(203, "new.test", "new"))
        self.world.until_status("/", 202)
        self.world.until_status("/", 203, host="new.test")
        subprocess.run([self.consul.program, "snapshot", "restore", address, snapshot], check=True, capture_output=True)
        self.world.until_status("/", 201)
        self.world.until_status("/", 404, host="new.test")
        self.consul.apply(answer(204))
        self.serves(204)

    def test_errors_and_garbage_change_nothing_and_are_asked_ever_more_rarely(self):
        self.start_behind_front(waitTime="2s")
        envoy = self.world.start_envoy()
        self.serves()
        received = envoy.resources_received()
        for kind, words in (("500", "HTTP 500"), ("garbage", "ReadFailed"), ("empty", "ReadFailed"), ("no_index", "no index"), ("429", "TooManyConnections")):
            self.fault(kind=kind)
            self.source_says(words)
            self.serves()
        self.fault()
        self.source_is_well()
        self.assertEqual(received, envoy.resources_received(), "what Consul answered wrongly moved something")
        self.consul.apply(answer(202))
        self.serves(202)

    def test_a_server_that_has_not_read_its_log_is_not_believed(self):
        self.start_behind_front(waitTime="2s")
        envoy = self.world.start_envoy()
        self.serves()
        received = envoy.resources_received()
        self.fault(kind="500")
        self.source_says("HTTP 500")
        self.fault(kind="young", match="/health/|/catalog/|keys")
        self.source_is_well()
        before = self.seen()["requests"]
        until("it asked some more", lambda: self.seen()["requests"] > before + 10)
        self.serves()
        self.assertEqual(received, envoy.resources_received(), "a server that does not know all yet moved something")
        self.fault()
        self.consul.apply(answer(202))
        self.serves(202)

    def test_there_is_one_waiting_question_about_each_thing_and_no_loop(self):
        self.start_behind_front()
        self.world.start_envoy()
        self.serves()
        for kind, most in (("at_once", 30), ("backwards", 60), ("500", 30)):
            self.fault(kind=kind, match="VirtualService/|health")
            self.consul.apply(answer(203))  # ends the waiting ones
            time.sleep(1)  # of which the questions are counted
            before = self.seen()["requests"]
            time.sleep(2)
            asked = self.seen()["requests"] - before
            self.assertLess(asked, most, f"{kind}: {asked} requests in 2 s")
            self.fault()
        self.consul.apply(answer(202), consul_upstream("shop", {"serviceName": "shop", "subsetTags": ["blue"]}))
        self.serves(202)
        self.world.until_state("Upstream", "shop", "Accepted")
        waiting = self.seen()["waiting"]
        self.assertTrue(any("health/service/shop" in path for path in waiting) and any("VirtualService" in path for path in waiting), waiting)
        self.assertEqual({}, {path: most for path, most in waiting.items() if most != 1}, "asked more than once at a time")


if __name__ == "__main__":
    unittest.main()
