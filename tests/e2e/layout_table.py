"""The world and the table of requests that every layout of a listener's routes has to answer alike."""
import json

from harness import request
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


def table(world):
    """What each request of the table got, of both listeners."""
    one = {repr(row): told(request(world.http_port, row[1], host=row[3], method=row[0], headers=row[2])) for row in ROWS}
    two = {f"two {row!r}": told(request(world.https_port, row[1], host=row[3], method=row[0], headers=row[2])) for row in ROWS[:80]}
    return {**one, **two}


def write(world, services=SERVICES):
    world.write("echo.yaml", upstream("echo", world.start_backend("echo")))
    world.write("gateways.yaml", gateway("one", world.http_port) + gateway("two", world.https_port))
    world.write("services.yaml", services)
