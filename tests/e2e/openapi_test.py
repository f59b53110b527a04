"""Functions of web services, found by their OpenAPI documents and called through a real Envoy with curl: a service by FastAPI, and one that says whatever it is told to."""
import json
import shutil
import subprocess
import sys
import unittest

import frameworks
import packages

packages.need("fastapi==0.165.0", "uvicorn==0.54.0", "python-multipart==0.0.34")

from harness import HERE, Case, Process, free_port, get_json, request, until
from manifests import gateways, virtual_service

ENABLED = ", labels: {discovery.solo.io/function_discovery: enabled}"


def upstream(name, port, service="", labels=ENABLED):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system{labels}}}
spec:
  static:
    hosts: [{{addr: 127.0.0.1, port: {port}}}]
{service}
"""


def swagger(**info):
    return f"    serviceSpec: {{rest: {{swaggerInfo: {json.dumps(info)}}}}}"


def function(prefix, name, upstream_name="service", path=None, headers=None, more=None):
    rest = {"functionName": name, **(more or {})}
    if path or headers:
        rest["parameters"] = {**({"path": path} if path else {}), **({"headers": headers} if headers else {})}
    return json.dumps({"matchers": [{"prefix": prefix}], "routeAction": {"single": {"upstream": {"name": upstream_name, "namespace": "gloo-system"}, "destinationSpec": {"rest": rest}}}})


def routes(*lines):
    return virtual_service("web", "\n".join("    - " + line for line in lines))


def document(paths, **more):
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **more}


class OpenApi(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))

    def start(self, *routes_of, every=1):
        if routes_of:
            self.world.write("routes.yaml", routes(*routes_of))
        (self.world.directory / "solder.yaml").write_text(f"pluginConfig: {{openapi: {{listEverySeconds: {every}}}}}\n")
        self.world.start_solder("--config", self.world.directory / "solder.yaml")
        if routes_of:
            self.world.start_envoy()

    def serve(self, *ports, **environment):
        service = Process("service", [sys.executable, HERE / "openapi_documents.py", *(ports or [self.port])], self.world.directory / "service.log", environment)
        self.world.start(service, lambda: "listening" in service.tail())

    def put(self, path, text, **headers):
        text = text if isinstance(text, (str, bytes)) else json.dumps(text)
        body = text if isinstance(text, bytes) else text.encode()
        self.assertEqual(200, request(self.port, "/_" + path, method="PUT", body=body, headers={f"x-{key}": str(value) for key, value in headers.items()}).status)

    def asked(self, port=None):
        """"GET /path" for each request that came to a port."""
        return [one.split(" ", 1)[1] for one in get_json(self.port, "/_seen")["requests"] if one.startswith(f"{port or self.port} ")]

    def found(self, name="service"):
        """The functions that Solder wrote for an upstream, or None."""
        files = list((self.world.directory / "state/discovered").rglob(f"{name}.serviceSpec.openapi.yaml"))
        line = next((line for file in files for line in file.read_text().splitlines() if line.startswith("  value: ")), None)
        return None if line is None else json.loads(line[9:])["rest"]

    def until_found(self, *names, upstream_name="service"):
        until(f"{names} are found", lambda: sorted(names) == sorted((self.found(upstream_name) or {"transformations": ["nothing"]})["transformations"]))

    def curl(self, path, *arguments):
        out = subprocess.run(["curl", "--silent", "--path-as-is", "--max-time", "10", "--write-out", "\n%{http_code}", *arguments, f"http://127.0.0.1:{self.world.http_port}{path}"],
                             capture_output=True, text=True, check=True, timeout=20).stdout
        body, _, status = out.rpartition("\n")
        return int(status), body

    def until_answered(self, path, *arguments):
        """What the service said, once it is reached."""
        def attempt():
            status, body = self.curl(path, *arguments)
            assert status == 200, (status, body)
            return json.loads(body)
        return until(f"{path} is answered", attempt)

    def test_a_service_of_fastapi_is_found_and_called(self):
        service = Process("fastapi", [sys.executable, HERE / "openapi_fastapi.py", self.port], self.world.directory / "service.log")
        self.world.start(service, lambda: "listening" in service.tail())
        self.world.write("upstream.yaml", upstream("service", self.port))
        self.start(function("/find", "get_pet_pets__pet_id__get", path="/find/{pet_id}", headers={"x-want": "{verbose}", "x-who": "{x-tenant}", "x-session": "{session}"}),
                   function("/make", "make_pet_pets_post", headers={"x-age": "{age}"}),
                   function("/rename", "renamePet", path="/rename/{pet_id}"),
                   function("/order", "order_orders_post"),
                   function("/delete", "delete_pet_pets__pet_id__delete"),
                   function("/late", "nobody"))
        got = self.until_answered("/find/rex?page=1", "-H", "x-want: true", "-H", "x-who: acme inc", "-H", "x-session: a;b", "-d", '{"tags": ["x y", "&z"]}')
        self.assertEqual({"called": "get", "pet_id": "rex", "verbose": True, "tags": ["x y", "&z"], "tenant": "acme inc", "session": "a%3Bb", "raw": "/pets/rex"}, got)
        self.assertEqual("own", self.until_answered("/find/rex", "-H", "x-tenant: own")["tenant"], "a header of the request's own stays")
        self.assertEqual("/pets/a%20b", self.until_answered("/find/a%20b")["raw"], "what came encoded is encoded")
        self.assertEqual({"name": "rex", "age": 7, "tags": ["good"]}, self.until_answered("/make", "-H", "x-age: 7", "-d", '{"name": "rex", "tags": ["good"], "admin": true}')["pet"])
        self.assertEqual(("5", {"name": "max", "age": None}), tuple(self.until_answered("/rename/5", "-d", '{"name": "max"}')[key] for key in ("pet_id", "pet")))
        self.assertEqual(("a&b=c", 2), tuple(self.until_answered("/order", "-d", '{"what": "a&b=c", "count": 2}')[key] for key in ("what", "count")))
        self.assertEqual("x", self.until_answered("/delete", "-d", '{"pet_id": "x"}')["pet_id"])
        self.assertEqual((500, "unknown function nobody"), self.curl("/late"))
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "nobody", "make_pet_pets_post")
        self.world.until_state("Upstream", "service", "Accepted")
        # What cannot be said safely is not said at all.
        for path, arguments in (("/delete", ("-d", "{}")), ("/delete", ("-d", '{"pet_id": ".."}')), ("/find/%2e%2e%2fadmin", ()), ("/delete", ("-d", '{"pet_id": "..\\\\x"}'))):
            status, text = self.curl(path, *arguments)
            self.assertEqual(400, status, (path, arguments, text))
        self.assertNotIn("transformations", (self.world.manifests / "upstream.yaml").read_text(), "users' files are not written")

    @unittest.skipUnless(shutil.which("npm"), "there is no npm")
    def test_a_service_of_express_is_found_and_called(self):
        modules = frameworks.node_packages("express@4.22.3", "swagger-jsdoc@6.3.0")
        service = Process("express", ["node", HERE / "openapi_express.js", self.port], self.world.directory / "service.log", {"NODE_PATH": str(modules)})
        self.world.start(service, lambda: "listening" in service.tail())
        self.world.write("upstream.yaml", upstream("service", self.port) + "---" + upstream("older", self.port, swagger(url="/old")))
        self.start(function("/get", "getOrder", path="/get/{id}"), function("/change", "changeOrder", headers={"x-count": "{count}"}), function("/old", "oldGet", "older", path="/old/{id}"))
        self.assertEqual({"called": "get", "id": "a/b", "fields": "x,y"}, self.until_answered("/get/a%2Fb", "-d", '{"fields": ["x", "y"]}'))
        self.assertEqual({"called": "change", "id": "7", "body": {"count": 3, "gift": True}}, self.until_answered("/change", "-H", "x-count: 3", "-d", '{"id": 7, "gift": true, "price": 0}'))
        self.assertEqual({"called": "get", "id": "1", "fields": ["x", "y"]}, self.until_answered("/old/1", "-d", '{"fields": ["x", "y"]}'))

    def test_no_value_leaves_its_place(self):
        self.serve()
        paths = {"/a/{id}": {"get": {"operationId": "get", "parameters": [{"name": "id", "in": "path"}, {"name": "q", "in": "query"}, {"name": "X-Out", "in": "header"}, {"name": "c", "in": "cookie"}]}}}
        self.put("/openapi.json", document(paths))
        self.world.write("upstream.yaml", upstream("service", self.port))
        self.start(function("/go", "get", more={"responseTransformation": {"headers": {"x-done": {"text": "yes"}}}}))
        self.until_found("get")
        def call(**parameters):
            return self.curl("/go", "-H", "x-echo: 1", "-d", json.dumps(parameters))
        until("it is routed", lambda: call(id="1")[0] == 200)
        for value in ("a/b", "a?x=1", "a#b", "a&b=c", "%2e%2e%2f", "é\u0000\u0007", "a\r\nX-Evil: 1", "{{ env(\"HOME\") }}", " ", "...", "a;b", "a:b@c", "\U0001f600", "x" * 4000):
            status, text = call(id=value, q=value, c=value)
            self.assertEqual(200, status, (value, text))
            echo = json.loads(text)
            encoded = "".join(chr(byte) if chr(byte).isalnum() and byte < 128 or chr(byte) in "-._~" else f"%{byte:02X}" for byte in value.encode())
            self.assertEqual(f"/a/{encoded}?q={encoded}", echo["path"])
            self.assertEqual(f"c={encoded}", echo["headers"]["cookie"])
            self.assertEqual(("GET", ""), (echo["method"], echo["body"]))
            self.assertNotIn("x-evil", echo["headers"])
        for header in ("a\r\nX-Evil: 1", "a\nb", "a\u0000b"):
            self.assertEqual(400, call(id="1", **{"X-Out": header})[0], header)
        for climbing in ("..", ".", "../x", "x/..", "..\\x", "x/./y"):
            self.assertEqual(400, call(id=climbing)[0], climbing)

    def test_documents_that_are_wrong_leave_the_last_good_set(self):
        self.serve()
        self.put("/docs/api", document({"/a": {"get": {"operationId": "first"}}}), type="text/html")
        self.world.write("upstream.yaml", upstream("service", self.port, swagger(url="/docs/api"), labels=""))
        self.start()
        self.until_found("first")
        for text, how, words in (("<html>hello</html>", {}, "begins with <html>"), ("{\"openapi\": ", {}, "not JSON"), ("", {"status": 500}, "status 500"), ("", {"status": 302}, "redirects are not followed"),
                                 ("openapi: 9.9.9", {}, "version"), ("a: &a [*a]", {}, "has no anchor"), ("- " * 100000, {}, "nested deeper"), ("x" * (17 << 20), {}, "more than the allowed"), ("swagger: '2.0'", {}, "no paths"),
                                 ("\x00\x01\x02", {}, "not YAML")):
            self.put("/docs/api", text, **how)
            self.world.until_state("Upstream", "service", "Warning", "DiscoveryFailed", words, "/docs/api")
        self.assertEqual(["first"], list(self.found()["transformations"]))
        self.put("/docs/api", "openapi: 3.1.0\npaths: {/b: {get: {operationId: second}}}", type="application/json")
        self.until_found("second")
        self.world.until_state("Upstream", "service", "Accepted")

    def test_references_lead_nowhere_else(self):
        self.serve(self.port, other := free_port())
        self.put("/openapi.json", document({
            "/near": {"get": {"operationId": "near", "parameters": [{"$ref": "parts/p.yaml#/limit"}]}},
            "/far": {"get": {"operationId": "far", "parameters": [{"$ref": f"http://127.0.0.1:{other}/p.yaml#/limit"}]}},
            "/file": {"get": {"operationId": "file", "parameters": [{"$ref": "file:///etc/passwd"}]}},
            "/server": {"get": {"operationId": "server", "servers": [{"url": "http://169.254.169.254/latest/meta-data"}]}},
            "/ring": {"$ref": "#/paths/~1ring"},
            "/gone": {"post": {"operationId": "gone", "requestBody": {"$ref": "parts/none.json"}}}}, servers=[{"url": "https://public.example.com/v1"}]))
        self.put("/parts/p.yaml", "limit: {$ref: '#/own'}\nown: {name: limit, in: query}\n")
        self.world.write("upstream.yaml", upstream("service", self.port))
        self.start(function("/near", "near"))
        self.until_found("near")
        self.world.until_state("Upstream", "service", "Warning", "GET /far", "GET /file", "GET /server", "169.254.169.254", "/ring: ", "POST /gone", "is on another host", "https://public.example.com/v1")
        self.assertEqual("/v1/near?limit=5", self.until_answered("/near", "-H", "x-echo: 1", "-d", '{"limit": 5}')["path"])
        self.assertEqual([], self.asked(other))

    def test_what_users_write_stays_and_nothing_is_asked_for_nothing(self):
        self.serve(self.port, quiet := free_port())
        self.put("/openapi.json", document({"/a": {"get": {"operationId": "a"}}, "/b": {"get": {"operationId": "b"}}}))
        mine = "    serviceSpec: {rest: {transformations: {b: {headers: {':path': {text: '/mine/{{ default(x, \"\") }}'}, ':method': {text: PATCH}}}}}}"
        self.world.write("upstream.yaml", upstream("service", self.port, mine, labels=""))
        self.world.write("quiet.yaml", upstream("quiet", quiet, labels=""))
        self.start(function("/a", "a"), function("/b", "b", headers={"x-x": "{x}"}))
        self.until_found("a")
        self.assertEqual("/a", self.until_answered("/a", "-H", "x-echo: 1")["path"])
        echo = self.until_answered("/b", "-H", "x-echo: 1", "-H", "x-x: y/z z")
        self.assertEqual(("PATCH", "/mine/y%2Fz%20z"), (echo["method"], echo["path"]))
        files = list((self.world.directory / "state/discovered").rglob("*.yaml"))
        before, count = [file.stat().st_mtime_ns for file in files], len([one for one in self.asked() if one == "GET /openapi.json"])
        until("it is asked again", lambda: len([one for one in self.asked() if one == "GET /openapi.json"]) >= count + 2)
        self.assertEqual(before, [file.stat().st_mtime_ns for file in files], "what is the same is not written again")
        self.assertEqual([], self.asked(quiet), "nobody spoke of a service there")
        self.world.edit("upstream.yaml", "namespace: gloo-system", "namespace: gloo-system, labels: {discovery.solo.io/function_discovery: disabled}")
        self.put("/other.json", document({}))
        self.world.write("quiet.yaml", upstream("quiet", quiet, swagger(url="/other.json")))
        until("the other is asked, after this one was told", lambda: self.asked(quiet))
        count = len(self.asked())
        until("the other is asked again and again", lambda: len(self.asked(quiet)) >= 3)
        self.assertEqual(count, len(self.asked()), "it is left alone")

    def test_many_services_are_asked_twenty_at_a_time(self):
        ports = [free_port() for _ in range(60)]
        self.port = ports[0]
        self.serve(*ports, SOLDER_MADE="50")
        self.world.write("upstreams.yaml", "---".join(upstream(f"u{port}", port) for port in ports))
        self.start()
        until("all are found", lambda: len(list((self.world.directory / "state/discovered").rglob("*.serviceSpec.openapi.yaml"))) == len(ports))
        self.assertEqual(50, len(self.found(f"u{ports[7]}")["transformations"]))
        seen = get_json(self.port, "/_seen")
        self.assertLessEqual(seen["most"], 20)
        self.assertGreater(seen["most"], 5)


if __name__ == "__main__":
    unittest.main()
