"""Virtual hosts that Envoy loads when a request first needs them (VHDS)."""
import threading
import unittest

import layout_table
from harness import Case, get_json, request, until
from layout_table import EVERY_PATH, ROWS, service

FLAGS = ("--scoped-routes-above", "1", "--virtual-hosts-on-demand")
# What Envoy could not know from one request to the next is not in these: none has a default domain.
WITHOUT_DEFAULT = "".join(text + "---" for text in layout_table.SERVICES.split("---") if "name: default," not in text)
HOSTS = "".join(service(f"s{i}", [f"s{i}.test"], EVERY_PATH) for i in range(20))


class VirtualHostsTest(Case):
    def start(self, services, *flags):
        layout_table.write(self.world, services)
        self.world.start_solder(*(flags or FLAGS))

    def ready(self, envoy, listeners=2):
        until("the listeners are there", lambda: envoy.stats("listener_manager.total_listeners_active").popitem()[1] == listeners)
        until("no listener warms", lambda: envoy.stats("listener_manager.total_listeners_warming").popitem()[1] == 0)
        self.assertEqual(0, sum(envoy.stats("init_fetch_timeout").values()), "it was told at once that there is nothing yet")

    def get(self, host, path="/exact"):
        return request(self.world.http_port, path, host=host)

    def loaded(self, envoy):
        """The domains of the virtual hosts that Envoy has."""
        dump = get_json(envoy.admin_port, "/config_dump?resource=dynamic_route_configs")
        hosts = [host for each in dump.get("configs", []) for host in each["route_config"].get("virtual_hosts", [])]
        return sorted(domain for host in hosts for domain in host["domains"])

    def on_demand(self, envoy):
        """Whether the listener that takes connections loads its virtual hosts."""
        dump = get_json(envoy.admin_port, "/config_dump?resource=dynamic_listeners")
        return any("on_demand" in str(each.get("active_state")) for each in dump["configs"])

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

    def start_idle(self):
        self.start(HOSTS)
        envoy = self.world.start_envoy()
        self.ready(envoy, 1)
        self.assertEqual([], self.loaded(envoy))
        return envoy

    def sent(self):
        return self.world.metric("solder_xds_resources_sent_total")

    def test_a_request_loads_its_host_alone(self):
        envoy = self.start_idle()
        self.assertEqual("s1", self.get("s1.test").headers["x-service"])
        self.assertEqual(["s1.test"], self.loaded(envoy))
        self.assertEqual("s2", self.get("S2.Test").headers["x-service"])
        answer = request(self.world.http_port, "/exact", host="s3.test", method="POST", body=b"x" * 70000)
        self.assertEqual((200, "s3"), (answer.status, answer.headers["x-service"]))
        self.assertEqual(404, self.get("unknown.test").status)
        self.assertEqual(404, self.get("s1.test:81").status, "a port is part of the host, as in every layout")
        sent = self.sent()
        self.assertEqual([404, 200, 404], [self.get(host).status for host in ("unknown.test", "s1.test", "s1.test:81")])
        self.assertEqual(0, self.sent() - sent, "what was answered once is not asked for again")
        self.assertEqual(["s1.test", "s2.test", "s3.test"], self.loaded(envoy))

    def test_the_first_request_waits_for_its_host(self):
        envoy = self.start_idle()
        self.assertEqual(200, self.get("s1.test").status)
        answers = []
        asking = threading.Thread(target=lambda: answers.append(self.get("s2.test")))
        with self.world.solder.stopped():
            asking.start()
            until("the request waits", lambda: sum(envoy.stats("http.http.downstream_rq_active$").values()) == 1)
            self.assertEqual(200, self.get("s1.test").status, "others do not")
            self.assertEqual([], answers)
        asking.join(30)
        self.assertEqual([(200, "s2")], [(answer.status, answer.headers["x-service"]) for answer in answers])

    def test_a_change_goes_to_who_holds_the_host(self):
        envoy = self.start_idle()
        self.assertEqual(200, self.get("s1.test").status)
        self.assertEqual(404, self.get("new.test").status)
        sent = self.sent()
        self.world.edit("services.yaml", "key: x-service, value: s2}", "key: x-service, value: idle}")
        self.world.edit("services.yaml", "key: x-service, value: s1}", "key: x-service, value: changed}")
        until("the change is there", lambda: self.get("s1.test").headers["x-service"] == "changed")
        self.assertEqual(1, self.sent() - sent, "the changed host alone, and the idle one not")
        self.assertEqual("idle", self.get("s2.test").headers["x-service"])
        # A host that comes to exist after it was asked for; one that moves to another service; one that goes.
        self.world.write("new.yaml", service("new", ["new.test"], EVERY_PATH))
        until("the new host is there", lambda: self.get("new.test").status == 200)
        self.world.write("new.yaml", service("other", ["new.test", "also.test"], EVERY_PATH))
        until("it moved", lambda: self.get("new.test").headers["x-service"] == "other")
        self.assertEqual("other", self.get("also.test").headers["x-service"])
        self.world.remove("new.yaml")
        until("it is gone", lambda: self.get("new.test").status == 404)
        self.world.write("new.yaml", service("new", ["new.test"], EVERY_PATH))
        until("it is back", lambda: self.get("new.test").status == 200)
        # A wildcard that covers a host which Envoy has, and one which it has not, takes neither.
        self.world.write("new.yaml", service("new", ["new.test"], EVERY_PATH) + service("wild", ["*.test"], EVERY_PATH))
        until("the wildcard is there", lambda: self.get("any.test").status == 200)
        self.assertEqual(["any.test wild", "new.test new", "s5.test s5"], [f"{host} {self.get(host).headers['x-service']}" for host in ("any.test", "new.test", "s5.test")])
        self.world.remove("new.yaml")
        until("the wildcard is gone", lambda: self.get("any.test").status == 404)
        self.assertEqual("s5", self.get("s5.test").headers["x-service"])
        self.assertEqual(0, self.world.metric("solder_xds_nacks_total"))
        self.assertIn("s1.test", self.loaded(envoy))

    def test_solder_starts_again_and_nothing_is_sent_twice(self):
        envoy = self.start_idle()
        self.assertEqual(200, self.get("s1.test").status)
        loads = sum(envoy.stats("vhds.*config_reload$").values())
        self.world.solder.end()
        self.assertEqual(200, self.get("s1.test").status)
        self.world.start_solder(*FLAGS)
        self.assertEqual("s2", self.get("s2.test").headers["x-service"])
        self.assertEqual(1, self.sent())
        self.assertEqual(1, sum(envoy.stats("vhds.*config_reload$").values()) - loads)

    def test_a_listener_that_comes_later_does_not_wait(self):
        envoy = self.start_idle()
        self.assertEqual(200, self.get("s1.test").status)
        self.world.write("two.yaml", "".join(service(f"t{i}", [f"t{i}.test"], EVERY_PATH, listener="two") for i in range(4)))
        self.ready(envoy, 2)
        self.assertEqual("t1", request(self.world.https_port, host="t1.test").headers["x-service"])
        self.assertEqual([404, 404], [request(self.world.https_port, host="s1.test").status, self.get("t1.test").status])

    def test_a_listener_changes_over_under_load(self):
        services = "".join(service(f"s{i}", [f"s{i}.test"], EVERY_PATH) for i in range(8)) + service("wild", ["*.wild.test"], EVERY_PATH)
        self.start(services, "--scoped-routes-above", "10", "--virtual-hosts-on-demand")
        envoy = self.world.start_envoy()
        until("routes are served", lambda: self.get("s7.test").status == 200)
        more = "".join(service(f"more{i}", [f"more{i}.test"], EVERY_PATH) for i in range(8))
        with self.world.load(*[f"s{i}.test/" for i in range(8)], "a.wild.test/", rate=1000) as figures:
            for _ in range(40):
                self.world.write("more.yaml", more)
                until("hosts are loaded on demand", lambda: self.get("more7.test").status == 200 and self.on_demand(envoy))
                self.world.write("more.yaml", "")
                until("it is one route configuration again", lambda: self.get("more7.test").status == 404 and not self.on_demand(envoy))
        self.assert_all_ok(figures)
        self.assertEqual(0, self.world.metric("solder_xds_nacks_total"))


if __name__ == "__main__":
    unittest.main()
