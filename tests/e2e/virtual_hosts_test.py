"""Virtual hosts that Envoy loads when a request first needs them (VHDS)."""
import json
import socket
import threading
import time
import unittest

import layout_table
from harness import Case, get_json, request, until
from layout_table import ECHO, EVERY_PATH, ROWS, SOME_PATHS, route, service

FLAGS = ("--scoped-routes-above", "1", "--virtual-hosts-on-demand")
# What Envoy could not know from one request to the next is not in these: none has a default domain.
WITHOUT_DEFAULT = "".join(text + "---" for text in layout_table.SERVICES.split("---") if "name: default," not in text)
HOSTS = "".join(service(f"s{i}", [f"s{i}.test"], EVERY_PATH) for i in range(20))


class VirtualHostsTest(Case):
    def start(self, services, *flags):
        layout_table.write(self.world, services)
        self.world.start_solder(*(flags or FLAGS))

    def ready(self, envoy):
        until("the listeners are there", lambda: envoy.stats("listener_manager.total_listeners_active").popitem()[1] == 2)
        until("no listener warms", lambda: envoy.stats("listener_manager.total_listeners_warming").popitem()[1] == 0)

    def get(self, host, path="/exact"):
        return request(self.world.http_port, path, host=host)

    def loaded(self, envoy):
        """The domains of the virtual hosts that Envoy has."""
        dump = get_json(envoy.admin_port, "/config_dump?resource=dynamic_route_configs")
        hosts = [host for each in dump.get("configs", []) for host in each["route_config"].get("virtual_hosts", [])]
        return sorted(domain for host in hosts for domain in host["domains"])

    def compare(self, services):
        self.start(services, "--scoped-routes-above", "never")
        plain = self.world.start_envoy("plain")
        until("routes are served", lambda: self.get("exact.test").status == 200)
        expected = layout_table.table(self.world)
        plain.end()
        self.world.solder.end()
        self.world.start_solder(*FLAGS)
        envoy = self.world.start_envoy("on-demand")
        self.ready(envoy)
        found = layout_table.table(self.world)
        for row, answer in expected.items():
            with self.subTest(row):
                self.assertEqual(answer, found[row])
        # A second time, when everything is known.
        self.assertEqual(found, layout_table.table(self.world))
        self.assertEqual(0, self.world.metric("solder_xds_nacks_total"))
        return envoy

    def test_answers_are_those_of_one_route_configuration(self):
        self.assertGreater(len(ROWS), 200)
        self.compare(WITHOUT_DEFAULT)

    def test_with_a_default_domain_too(self):
        envoy = self.compare(layout_table.SERVICES)
        self.assertIn("many7.test", self.loaded(envoy), "a default domain covers every other, so nobody would ask for them")


if __name__ == "__main__":
    unittest.main()
