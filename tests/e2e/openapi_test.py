"""Functions of web services, found by their OpenAPI documents and called through a real Envoy with curl: a service that says whatever it is told to."""
import json
import unittest

from harness import free_port, get_json, until
from openapi_fixture import OpenApiCase, document, function, swagger, upstream


class OpenApi(OpenApiCase):
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

    def test_bodies_that_are_too_long_and_functions_that_go(self):
        self.serve()
        body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"text": {"type": "string"}}}}}}
        paths = {"/object": {"post": {"operationId": "object", "requestBody": body}}, "/any": {"post": {"operationId": "any", "requestBody": {"content": {"application/octet-stream": {}}}}}}
        self.put("/openapi.json", document(paths))
        self.world.write("upstream.yaml", upstream("service", self.port))
        self.start(function("/object", "object"), function("/any", "any"))
        self.until_found("any", "object")
        long = self.world.directory / "long.json"
        long.write_text(json.dumps({"text": "x" * (10 << 20)}))
        self.assertEqual("/object", self.until_answered("/object", "-H", "x-echo: 1", "-d", '{"text": "short"}')["path"])
        count = len(self.asked())
        status, text = self.curl("/object", "-H", "x-echo: 1", "-H", "content-type: application/json", "--data-binary", f"@{long}")
        self.assertEqual((413, 0), (status, len([one for one in self.asked()[count:] if one != "GET /openapi.json"])), text)
        # What is passed on as it is needs to be held by nobody.
        self.assertEqual(long.stat().st_size, len(self.until_answered("/any", "-H", "x-echo: 1", "--data-binary", f"@{long}")["body"]))
        self.put("/openapi.json", document({"/object": paths["/object"]}))
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "any")
        until("it is not called any more", lambda: self.curl("/any", "-d", "{}") == (500, "unknown function any"))
        self.assertEqual(200, self.curl("/object", "-H", "x-echo: 1", "-d", "{}")[0])

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
        self.assertGreater(seen["most"], 1)


if __name__ == "__main__":
    unittest.main()
