"""Routes as scopes answer as one route configuration does: the same table of requests through an Envoy of each layout, and
traffic while a listener changes over from one to the other and back."""
import json
import unittest

from harness import Case, get_json, request, until
from manifests import to, upstream

VIRTUAL_SERVICE = """
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: gloo-system, labels: {{listener: {listener}}}}}
spec:
  virtualHost:
    domains: [{domains}]
    options:
      headerManipulation: {{responseHeadersToAdd: [{{header: {{key: x-service, value: {name}}}}}]}}
{options}
    routes:
{routes}
---
"""


def gateway(name, port):
    return f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  bindAddress: 127.0.0.1
  bindPort: {port}
  proxyNames: [gateway-proxy]
  httpGateway: {{virtualServiceSelector: {{listener: {name}}}}}
---
"""


def service(name, domains, routes, options="", listener="one"):
    quoted = ", ".join(json.dumps(domain) for domain in domains)
    return VIRTUAL_SERVICE.format(name=name, listener=listener, domains=quoted, options=options, routes=routes)


def route(match, action):
    return f"      - matchers: [{match}]\n        {action}\n"


ECHO = f"routeAction: {{{to('echo')}}}"
SOME_PATHS = route("{exact: /exact}", ECHO) + route("{regex: '/r[0-9]+'}", ECHO) + route("{prefix: /header, headers: [{name: x-kind, value: special}]}", ECHO) \
    + route("{prefix: /status/503}", ECHO) + route("{prefix: /direct}", "directResponseAction: {status: 418, body: short}") \
    + route("{prefix: /moved}", "redirectAction: {hostRedirect: elsewhere.test, responseCode: FOUND}")
EVERY_PATH = route("{prefix: /}", ECHO)
CORS = "      cors: {allowOrigin: ['https://page.test'], allowMethods: [GET], allowHeaders: [x-a]}\n"
FAULT = "\n        options: {faults: {abort: {percentage: 100, httpStatus: 429}}}"
CSRF = "      csrf: {filterEnabled: {defaultValue: {numerator: 100}}}\n"

SERVICES = "".join([
    service("exact", ["exact.test", "exact.test:8080"], SOME_PATHS),
    service("case", ["Case.Test"], EVERY_PATH),
    service("cors", ["cors.test"], SOME_PATHS, CORS),
    service("fault", ["fault.test"], route("{prefix: /}", ECHO + FAULT)),
    service("both", ["both.test", "*.both.test"], SOME_PATHS + route("{prefix: /b}", ECHO)),
    service("suffix", ["*.wild.test", "*-x.wild.test"], SOME_PATHS, CORS),
    service("deeper", ["*.deep.wild.test"], EVERY_PATH),
    service("prefix", ["pre.*"], SOME_PATHS),
    service("many", [f"many{i}.test" for i in range(12)], SOME_PATHS),
    service("default", ["*"], route("{prefix: /default}", ECHO) + SOME_PATHS + route("{prefix: /limited}", ECHO + FAULT), CSRF),
    service("other", ["exact.test", "only-other.test"], EVERY_PATH, listener="two"),
    service("another", ["another.test"], EVERY_PATH, listener="two"),
])

HOSTS = ["exact.test", "exact.test:8080", "exact.test:9", "EXACT.test", "Exact.Test:8080", "exact.test.", "case.test", "CASE.TEST", "Case.Test", "cors.test", "CORS.test", "fault.test",
         "FAULT.test", "both.test", "a.both.test", "A.BOTH.TEST", "both.test:1", "a.wild.test", "A.wild.TEST", "wild.test", "a-x.wild.test", "b.deep.wild.test", "pre.fix", "PRE.fix:80", "many0.test",
         "many11.test", "MANY3.test", "unknown.test", "unknown.test.", "only-other.test", "*", "*.wild.test", "|", "a|b", "%REQ(x)%", "127.0.0.1", "[::1]:80", "-"]
PATHS = ["/exact", "/exact?a=b", "/r12", "/status/503", "/direct", "/moved", "/default", "/limited", "/nothing"]
EXTRAS = [("GET", "/header", {"x-kind": "special"}), ("GET", "/header", {}), ("OPTIONS", "/exact", {"origin": "https://page.test", "access-control-request-method": "GET"}),
          ("OPTIONS", "/nothing", {"origin": "https://page.test", "access-control-request-method": "GET"}), ("GET", "/exact", {"x-solder-scope": "listener-127.0.0.1-1-routes|case.test"}),
          ("POST", "/exact", {"origin": "https://evil.test"}), ("GET", "/ws", {"connection": "upgrade", "upgrade": "websocket"})]
ROWS = [("GET", path, {}, host) for host in HOSTS for path in PATHS] + [(method, path, headers, host) for host in HOSTS for method, path, headers in EXTRAS]
CHANGING = {"date", "x-envoy-upstream-service-time", "content-length"}
OF_A_REQUEST = {"x-request-id", "x-solder-scope"}  # the latter is a client's own, which scopes do not hand on


def told(answer):
    """What a client and a backend saw of a request, but for what differs each time."""
    headers = {key: value for key, value in answer.headers.items() if key not in CHANGING}
    text = answer.text
    if answer.backend and text:
        echo = answer.echo
        echo["headers"] = {key: value for key, value in echo["headers"].items() if key not in OF_A_REQUEST}
        text = json.dumps(echo, sort_keys=True)
    return answer.status, headers, text


class LayoutTest(Case):
    def write_world(self, services=SERVICES):
        world = self.world
        world.write("echo.yaml", upstream("echo", world.start_backend("echo")))
        world.write("gateways.yaml", gateway("one", world.http_port) + gateway("two", world.https_port))
        world.write("services.yaml", services)

    def scopes(self, envoy):
        return sum(envoy.stats("scoped_rds.*all_scopes$").values())

    def table(self):
        one = {repr(row): told(request(self.world.http_port, row[1], host=row[3], method=row[0], headers=row[2])) for row in ROWS}
        two = {f"two {row!r}": told(request(self.world.https_port, row[1], host=row[3], method=row[0], headers=row[2])) for row in ROWS[:80]}
        return {**one, **two}

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
