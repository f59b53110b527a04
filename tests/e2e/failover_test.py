"""Endpoints that take over when an upstream's own are gone."""
import tempfile
import unittest

import certificates
from harness import Case, free_port, until
from manifests import gateways, prefix_route, upstream_of, virtual_service

CHECK = "  healthChecks: [{timeout: 1s, interval: 0.1s, noTrafficInterval: 0.1s, unhealthyThreshold: 1, healthyThreshold: 1, tcpHealthCheck: {}}]\n"


def failover(*priorities):
    return "  failover: {prioritizedLocalities: [" + ", ".join(f"{{localityEndpoints: [{{locality: {{region: r{i}}}, lbEndpoints: [{each}]}}]}}" for i, each in enumerate(priorities)) + "]}"


class Failover(Case):
    def test_priorities_take_over_in_order_with_names_and_tls(self):
        world = self.world
        backup = certificates.make("backup.test")
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/cert.pem", f"{folder}/key.pem"]
            for path, text in zip(files, (backup.certificate, backup.key)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            second, third = world.start_backend("second"), world.start_backend("third", *files)
        primary = free_port()
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstream.yaml", upstream_of("one", primary, more=CHECK + failover(
            f"{{address: localhost, port: {second}}}", f"{{address: 127.0.0.1, port: {third}, upstreamSslConfig: {{sni: backup.test}}}}")))
        world.write("routes.yaml", virtual_service("routes", prefix_route("/", "one")))
        world.start_solder()
        world.start_envoy()

        def until_served_by(name):
            until(f"{name} serves", lambda: world.get("/").backend == name)
        until_served_by("second")
        next(process for process in world.processes if process.name == "second").end()
        until_served_by("third")
        world.until_state("Upstream", "one", "Accepted")
        world.edit("upstream.yaml", f"port: {primary}", f"port: {world.start_backend('first')}")
        until_served_by("first")


if __name__ == "__main__":
    unittest.main()
