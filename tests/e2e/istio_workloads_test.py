"""Endpoints of Istio's ServiceEntries by labels: WorkloadEntries and pods that come and go, and which of them a gateway asks by where they are."""
import collections
import signal
import unittest

from harness import free_port, until
from istio_test import HOST, IstioCase, gateway, istio, to, virtual_service

PORT = [{"number": 80, "name": "http", "protocol": "HTTP"}]


def workload(name, port, locality, **labels):
    return istio("WorkloadEntry", name, {"address": "127.0.0.1", "ports": {"http": port}, "labels": {"app": "db", **labels}, "locality": locality})


class Workloads(IstioCase):
    def put_entry(self, **policy):
        self.put(gateway(), istio("ServiceEntry", "db", {"hosts": ["db.test"], "resolution": "STATIC", "ports": PORT, "workloadSelector": {"labels": {"app": "db"}}}),
                 istio("DestinationRule", "db", {"host": "db.test", "trafficPolicy": policy}), virtual_service({"route": [to("db.test")], "retries": {"attempts": 3, "retryOn": "connect-failure"}}))

    def until_shares(self, what, right):
        until(what, lambda: right(collections.Counter(self.world.get(host=HOST).backend for _ in range(60))))

    def until_backends(self, *names):
        self.until_shares(f"{names} answer", lambda shares: set(shares) == set(names))

    def test_workloads_come_and_go_and_shares_are_kept(self):
        world = self.world
        self.put_gateways()
        a, b, c = (world.start_backend(name) for name in "abc")
        self.put_entry(loadBalancer={"simple": "ROUND_ROBIN"})
        self.put(workload("a", a, "eu/eu-1a"))
        self.serve(locality="eu/eu-1a")
        world.until_status("/", 200, host=HOST)
        self.until_backends("a")
        self.put(workload("b", b, "eu/eu-1b"), workload("c", c, "us/us-1a"))
        self.until_backends("a", "b", "c")
        self.put_entry(loadBalancer={"simple": "ROUND_ROBIN", "localityLbSetting": {"distribute": [{"from": "eu/eu-1a/*", "to": {"eu/eu-1a/*": 90, "us": 10}}]}})
        self.until_shares("nine of ten go to the own zone, none to the other", lambda shares: set(shares) == {"a", "c"} and shares["a"] > 40)
        world.remove("WorkloadEntry-a.json")
        self.until_backends("c")
        for each in "bc":
            world.remove(f"WorkloadEntry-{each}.json")
        world.until_state("ServiceEntry", "db", "Warning", "no WorkloadEntry", namespace="shop")
        until("nobody is left to ask", lambda: world.get(host=HOST).status == 503)

    def test_a_region_stands_in_for_one_that_fails(self):
        world = self.world
        self.put_gateways()
        port = world.start_backend("near")
        near = world.processes[-1]
        far = world.start_backend("far")
        # Set aside for as long as the test is: who comes back would be tried again.
        self.put_entry(outlierDetection={"consecutive5xxErrors": 1, "consecutiveGatewayErrors": 1, "interval": "0.2s", "baseEjectionTime": "300s", "maxEjectionPercent": 100},
                       loadBalancer={"localityLbSetting": {"failover": [{"from": "eu", "to": "us"}]}})
        self.put(workload("near", port, "eu/eu-1a"), workload("far", far, "us/us-1a"), workload("farther", free_port(), "asia/asia-1a"))
        self.serve(locality="eu/eu-1a")
        world.until_status("/", 200, host=HOST)
        self.until_backends("near")
        near.end(signal.SIGKILL)
        self.until_backends("far")

    def test_pods_are_asked_while_they_are_ready(self):
        world = self.world
        self.put_gateways()
        port = world.start_backend("pod")
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "db-0", "namespace": "shop", "labels": {"app": "db"}},
               "status": {"phase": "Running", "podIP": "127.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}}
        self.put(gateway(), istio("ServiceEntry", "db", {"hosts": ["db.test"], "resolution": "STATIC", "ports": [{**PORT[0], "targetPort": port}], "workloadSelector": {"labels": {"app": "db"}}}),
                 virtual_service({"route": [to("db.test", port={"number": 80})]}), pod)
        self.serve()
        world.until_status("/", 200, host=HOST)
        pod["status"]["conditions"][0]["status"] = "False"
        self.put(pod)
        until("it is asked no more", lambda: world.get(host=HOST).status == 503)


if __name__ == "__main__":
    unittest.main()
