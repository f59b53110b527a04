"""A real cluster of three Consuls loses its leader, and then its majority: what is known is served on, and what changes afterwards is served."""
import unittest

import consul_server
from consul_kv_test import OnConsul, answer
from consul_services_test import consul_upstream
from harness import until
from manifests import prefix_route, virtual_service


class Cluster(OnConsul):
    def serves(self, status=201):
        self.world.until_status("/", status)
        self.world.until_status("/", 200, host="shop.test")

    def test_a_cluster_that_loses_its_leader_and_then_its_majority(self):
        servers = consul_server.cluster(self.world.directory / "cluster")
        for each in servers:
            self.addCleanup(each.stop)
        by_address = {f"127.0.0.1:{each.ports['server']}": each for each in servers}
        leader = by_address[servers[0].must("GET", "/v1/status/leader")]
        self.consul, third = (each for each in servers if each is not leader)
        self.prepare()
        self.consul.register("shop", self.port)
        self.consul.apply(consul_upstream("shop", {"serviceName": "shop"}), virtual_service("shop", prefix_route("/", "shop"), domains="[shop.test]"))
        self.start()
        envoy = self.world.start_envoy()
        self.serves()
        self.until_written("Accepted")
        received = envoy.resources_received()
        leader.stop()
        self.serves()
        until("there is another leader", lambda: self.consul.ask("PUT", "/v1/kv/test/again", "1")[0] == 200)
        self.consul.apply(answer(202))
        self.serves(202)
        moved = {name for name, value in envoy.resources_received().items() if value != received.get(name, 0)}
        self.assertFalse([name for name in moved if "rds" not in name], "a leader that was lost moved something")
        # Without a majority nobody can say anything; what is known is served on.
        third.stop()
        self.source_says("ReadFailed")
        self.serves(202)
        third.start()
        self.source_is_well()
        self.consul.apply(answer(203))
        self.serves(203)
        self.until_written("Accepted")


if __name__ == "__main__":
    unittest.main()
