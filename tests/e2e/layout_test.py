"""Routes as scopes answer as one route configuration does: the same table of requests through an Envoy of each layout, and
traffic while a listener changes over from one to the other and back."""
import unittest

import layout_table
from harness import Case, get_json, request, until
from layout_table import EVERY_PATH, ROWS, service


class LayoutTest(Case):
    def write_world(self, services=layout_table.SERVICES):
        layout_table.write(self.world, services)

    def scopes(self, envoy):
        return sum(envoy.stats("scoped_rds.*all_scopes$").values())

    def table(self):
        return layout_table.table(self.world)

    def test_both_layouts_answer_the_same(self):
        self.assertGreater(len(ROWS), 200)
        self.write_world()
        self.world.start_solder("--scoped-routes-above", "1")
        plain = self.world.start_envoy("plain", sotw=True)
        until("routes are served", lambda: self.world.get("/exact", host="exact.test").status == 200)
        expected = self.table()
        self.assertLessEqual({200, 302, 403, 404, 418, 429, 503}, {status for status, _, _ in expected.values()}, "the table asks for all kinds of answers")
        statistics = self.statistics(plain)
        plain.end()
        scoped = self.world.start_envoy("scoped")
        until("scopes are served", lambda: self.scopes(scoped) > 20 and self.world.get("/exact", host="exact.test").status == 200)
        found = self.table()
        for row, answer in expected.items():
            with self.subTest(row):
                self.assertEqual(answer, found[row])
        self.assertEqual(statistics, self.statistics(scoped))

    def loaded(self, envoy):
        """The route configurations that Envoy has."""
        dump = get_json(envoy.admin_port, "/config_dump?resource=dynamic_route_configs")
        return sorted(each["route_config"]["name"] for each in dump.get("configs", []))

    def test_routes_of_scopes_are_loaded_on_demand(self):
        self.write_world()
        self.world.start_solder("--scoped-routes-above", "1")
        plain = self.world.start_envoy("plain", sotw=True)
        until("routes are served", lambda: self.world.get("/exact", host="exact.test").status == 200)
        expected = self.table()
        plain.end()
        self.world.solder.end()
        self.world.start_solder("--scoped-routes-above", "1", "--scoped-routes-on-demand")
        scoped = self.world.start_envoy("scoped")
        until("scopes are there", lambda: self.scopes(scoped) > 20)
        self.assertFalse([name for name in self.loaded(scoped) if "|" in name and not name.endswith("|*")])
        # The first request of a domain loads it, with a body and in another case as well.
        answer = request(self.world.http_port, "/exact", host="case.test", method="POST", body=b"x" * 70000)
        self.assertEqual((200, "case"), (answer.status, answer.headers["x-service"]))
        self.assertEqual(1, len([name for name in self.loaded(scoped) if name.endswith("|case.test")]))
        self.assertEqual("cors", request(self.world.http_port, "/exact", host="CORS.test").headers["x-service"])
        self.assertFalse([name for name in self.loaded(scoped) if name.endswith("|fault.test")])
        for row, answer in {row: (expected[row], found) for row, found in self.table().items()}.items():
            with self.subTest(row):
                self.assertEqual(*answer)
        # What was loaded follows changes, what was not costs nothing.
        self.world.edit("services.yaml", "status: 418", "status: 410")
        until("the change is there", lambda: self.world.get("/direct", host="exact.test").status == 410)
        self.world.edit("services.yaml", "domains: [\"Case.Test\"]", "domains: [\"Other.Test\"]")
        until("the new domain is served", lambda: self.world.get("/exact", host="other.test").status == 200)
        until("the old one is not", lambda: self.world.get("/exact", host="case.test").headers.get("x-service") == "default")
        self.assertEqual(0, self.world.metric("solder_xds_nacks_total"))

    def statistics(self, envoy):
        """The names that dashboards are built on."""
        return sorted(name for name in envoy.stats("^(vhost|cluster.echo_gloo-system.upstream_rq|http.http.downstream_rq_[0-9])"))

    def test_a_listener_changes_over_under_load(self):
        services = "".join(service(f"s{i}", [f"s{i}.test"], EVERY_PATH) for i in range(8))
        wild = service("wild", ["*.wild.test"], EVERY_PATH)
        self.write_world(services + wild)
        self.world.start_solder("--scoped-routes-above", "10")
        envoy = self.world.start_envoy()
        until("routes are served", lambda: self.world.get("/", host="s7.test").status == 200)
        self.assertEqual(0, self.scopes(envoy))
        more = "".join(service(f"more{i}", [f"more{i}.test"], EVERY_PATH) for i in range(8))
        targets = [f"s{i}.test/" for i in range(8)] + ["a.wild.test/"]
        with self.world.load(*targets, rate=1000) as figures:
            for _ in range(40):
                self.world.write("more.yaml", more)
                until("it is scopes", lambda: self.world.get("/", host="more7.test").status == 200 and self.scopes(envoy) > 0)
                self.world.write("more.yaml", "")
                until("it is one route configuration again", lambda: self.world.get("/", host="more7.test").status == 404)
        self.assert_all_ok(figures)
        self.assertEqual(0, self.world.metric("solder_xds_nacks_total"))

    def test_what_came_in_one_layout_is_there_in_the_other_at_once(self):
        # As many as it takes Envoy a while to go over to.
        self.write_world("".join(service(f"s{i}", [f"s{i}.test"], EVERY_PATH) for i in range(500)))
        self.world.start_solder("--scoped-routes-above", "505")
        envoy = self.world.start_envoy()
        until("routes are served", lambda: self.world.get("/", host="s499.test").status == 200)
        more = "".join(service(f"more{i}", [f"more{i}.test"], EVERY_PATH) for i in range(8))
        for turn in range(8):
            for text, there in ((more, 200), ("", 404)):
                host = f"{turn}-{there}.test"
                self.world.write("new.yaml", service("new", [host], EVERY_PATH))
                until("the new host is there", lambda: self.world.get("/", host=host).status == 200)
                self.world.write("more.yaml", text)
                answers = set()
                while self.world.get("/", host="more7.test").status != there:
                    answers.add(self.world.get("/", host=host).status)
                answers |= {self.world.get("/", host=host).status for _ in range(20)}
                self.assertEqual({200}, answers, f"{turn} {there}")
            self.assertGreater(self.scopes(envoy), 0)
        self.assertEqual(0, self.world.metric("solder_xds_nacks_total"))

    def test_one_changed_route_costs_its_scope(self):
        hosts = "".join(service(f"s{i}", [f"s{i}.test"], EVERY_PATH) for i in range(100))
        self.write_world(hosts)
        self.world.start_solder("--scoped-routes-above", "50")
        envoy = self.world.start_envoy()
        until("scopes are served", lambda: self.scopes(envoy) == 101 and self.world.get("/", host="s99.test").status == 200)
        sent = self.world.metric("solder_xds_resources_sent_total")
        self.world.edit("services.yaml", '["s7.test"]\n    options:', '["s7.test"]\n    options:\n      retries: {numRetries: 2, retryOn: 5xx}')
        until("the change is there", lambda: self.world.metric("solder_xds_resources_sent_total") > sent)
        self.assertEqual(1, self.world.metric("solder_xds_resources_sent_total") - sent)


if __name__ == "__main__":
    unittest.main()
