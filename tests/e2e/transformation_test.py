"""Transformations by the module in a real Envoy: headers, bodies, extractors, stages, matchers, failures, hostile bodies."""
import json
import unittest

from harness import Case
from manifests import gateways, to, upstream_of


def template(**members):
    return {"transformationTemplate": members}


def text(value):
    return {"text": value}


def body(value, **more):
    return template(body=text(value), **more)


def headers(**named):
    return {name.replace("_", "-"): text(value) for name, value in named.items()}


def staged(**stages):
    return {"stagedTransformations": stages}


def requests(*entries, **more):
    return {"requestTransforms": list(entries), **more}


PLAIN = {"parseBodyBehavior": "DontParse"}
ROUTES = {
    "/headers": staged(regular=requests({"requestTransformation": template(
        extractors={"user": {"header": "authorization", "regex": "Bearer (\\w+)", "subgroup": 1}},
        headers=headers(x_user="{{ user }}", x_upper='{{ upper(header("x-in")) }}', x_gone=""), headersToRemove=["x-secret"],
        headersToAppend=[{"key": "x-in", "value": text("{{ substring(base64_encode(user), 0, 4) }}")}]),
        "responseTransformation": template(headers=headers(x_resp='{{ request_header("x-user") }} {{ header("x-backend") }} {{ method }}'))})),
    "/body": staged(regular=requests({"requestTransformation": body(
        '{"items":[{% for i in items %}"{{ i.name }}{% if i.price > 10 %}!{% endif %}"{% if not loop.is_last %},{% endif %}{% endfor %}]}',
        headers={":method": text("PUT"), ":path": text("/rewritten/{{ length(items) }}"), "x-json": text("{{ context() }}")})})),
    "/answer": {"transformations": {"responseTransformation": body('{"saw":"{{ method }} {{ path }}","pod":"{{ env("SOLDER_TEST") }}"}', headers={":status": text("{% if path == \"/answer/bad\" %}422{% else %}{{ header(\":status\") }}{% endif %}")})}},
    "/merge": {"transformations": {"requestTransformation": template(mergeExtractorsToBody={}, extractors={"a.b": {"header": "x-in", "regex": ".*"}}, headers={"x-body": text("{{ a.b }}")}),
                                   "responseTransformation": template(mergeJsonKeys={"jsonKeys": {"added": {"tmpl": text("[1, \"{{ method }}\"]")}}})}},
    "/replace": {"transformations": {"responseTransformation": body("{{ masked }}", extractors={"masked": {"body": {}, "regex": "[a-z]+", "mode": "REPLACE_ALL", "replacementText": "*"}})}},
    "/whole": {"transformations": {"requestTransformation": {"headerBodyTransform": {"addRequestMetadata": True}}, "responseTransformation": template(passthrough={}, headers=headers(x_seen="yes"))}},
    "/match": staged(regular=requests(
        {"matcher": {"prefix": "/match/one", "methods": ["POST"]}, "requestTransformation": template(headers=headers(x_which="one"))},
        {"matcher": {"headers": [{"name": "x-in", "value": "v.*", "regex": True}]}, "requestTransformation": template(headers=headers(x_which="two"))},
        responseTransforms=[{"matchers": [{"name": ":status", "value": "503"}], "responseTransformation": body("sorry", **PLAIN)},
                            {"responseTransformation": template(headers=headers(x_last="yes"))}])),
    "/reroute": staged(early=requests({"clearRouteCache": True, "requestTransformation": template(headers={"x-to": text("elsewhere"), ":path": text("/elsewhere")})})),
    "/stages": staged(early=requests({"requestTransformation": template(headers=headers(x_order="early"))}),
                      regular=requests({"requestTransformation": template(headers=headers(x_order='{{ header("x-order") }},regular'))}),
                      postRouting=requests({"requestTransformation": template(headers=headers(x_order='{{ header("x-order") }},post')),
                                            "responseTransformation": template(headers=headers(x_post="yes"))})),
    "/direct": staged(regular={"responseTransforms": [{"responseCodeDetails": "direct_response", "responseTransformation": body('{"was":"{{ body() }}"}', headers={":status": text("418")}, **PLAIN)}]}),
    "/meta": {"transformations": {"requestTransformation": template(dynamicMetadataValues=[{"key": "who", "value": text('{{ header("x-in") }}')}, {"key": "list", "jsonToProto": True, "value": text("[1,2]")}]),
                                  "responseTransformation": template(headers=headers(x_meta='{{ dynamic_metadata("who") }} {{ dynamic_metadata("list") }}'))}},
    "/escape": staged(escapeCharacters=True, regular=requests({"requestTransformation": template(headers=headers(x_out='{"v":"{{ v }}"}'))})),
    "/fails": {"transformations": {"requestTransformation": template(headers=headers(x_v="{{ v }}"))}},
    "/failing-answer": {"transformations": {"responseTransformation": body("{{ nowhere }}")}},
    "/lenient": {"transformations": {"requestTransformation": template(ignoreErrorOnParse=True, headers=headers(x_v='{{ default(v, "none") }}'))}},
    "/inject": {"transformations": {"requestTransformation": template(headers=headers(x_v="{{ v }}"))}},
    "/regex": {"transformations": {"requestTransformation": template(extractors={"x": {"body": {}, "regex": "(a+)+b"}}, headers=headers(x_v="{{ x }}"), **PLAIN)}},
    "/inherits": staged(inheritTransformation=True, regular=requests({"matcher": {"exact": "/inherits/own"}, "requestTransformation": template(headers=headers(x_from="route"))})),
    "/plain": None,
    "/": None,
}


def virtual_service():
    routes = []
    for path, options in ROUTES.items():
        action = {"directResponseAction": {"status": 200, "body": "hello"}} if path == "/direct" else {"routeAction": {"single": {"upstream": {"name": "one", "namespace": "gloo-system"}}}}
        routes.append({"matchers": [{"prefix": path}], **action, **({"options": options} if options else {})})
    # More specific than /: what a cleared route cache finds.
    routes.insert(0, {"matchers": [{"prefix": "/", "headers": [{"name": "x-to", "value": "elsewhere"}]}], "routeAction": {"single": {"upstream": {"name": "two", "namespace": "gloo-system"}}}})
    host = staged(regular=requests({"requestTransformation": template(headers=headers(x_from="host"))}))
    return json.dumps({"apiVersion": "gateway.solo.io/v1", "kind": "VirtualService", "metadata": {"name": "all", "namespace": "gloo-system"},
                       "spec": {"virtualHost": {"domains": ["*"], "options": host, "routes": routes}}})


class Transformations(Case):
    def post(self, path, body, **named):
        return self.world.get(path, method="POST", body=body if isinstance(body, bytes) else body.encode(), headers={name.replace("_", "-"): value for name, value in named.items()})

    def saw(self, answer, name):
        self.assertEqual(200, answer.status, answer)
        return answer.echo["headers"].get(name)

    def setUp(self):
        super().setUp()
        world = self.world
        ports = {name: world.start_backend(name) for name in ("one", "two")}
        world.write("gateways.yaml", gateways(world.http_port, world.https_port).replace("httpGateway:", "options: {perConnectionBufferLimitBytes: 200000000}, httpGateway:"))
        world.write("upstreams.yaml", "---".join(upstream_of(name, port) for name, port in ports.items()))
        world.write("routes.json", virtual_service())
        world.start_solder()
        self.envoy = world.start_envoy()
        world.until_status("/plain", 200)
        report = world.report("VirtualService", "all")
        self.assertEqual("Accepted", report["state"], report)

    def test_what_transformations_do(self):
        self.headers_and_bodies()
        self.stages_and_matchers()
        self.failures()
        self.hostile_bodies()
        self.bad_templates()
        self.assertEqual({}, {name: value for name, value in self.envoy.stats("update_rejected").items() if value})
        self.assertTrue(self.envoy.alive())

    def headers_and_bodies(self):
        world = self.world
        answer = world.get("/headers", headers={"authorization": "Bearer alice", "x-in": "v", "x-secret": "s", "x-gone": "g"})
        self.assertEqual(["alice"], self.saw(answer, "x-user"))
        self.assertEqual(["V"], self.saw(answer, "x-upper"))
        self.assertEqual(["v", "YWxp"], self.saw(answer, "x-in"))
        self.assertIsNone(self.saw(answer, "x-secret") or self.saw(answer, "x-gone"))
        self.assertEqual("alice one GET", answer.headers["x-resp"])
        answer = self.post("/body", '{"items":[{"name":"a","price":5},{"price":20,"name":"b"}]}')
        self.assertEqual(("PUT", "/rewritten/2"), (answer.echo["method"], answer.echo["path"]))
        self.assertEqual([str(len('{"items":["a","b!"]}'))], self.saw(answer, "content-length"))
        self.assertEqual(['{"items":[{"name":"a","price":5},{"name":"b","price":20}]}'], self.saw(answer, "x-json"))
        answer = world.get("/answer/x?y")
        self.assertEqual({"saw": "GET /answer/x?y", "pod": ""}, answer.echo)
        self.assertEqual(str(len(answer.text)), answer.headers["content-length"])
        self.assertEqual(422, world.get("/answer/bad").status)
        head = world.get("/failing-answer", method="HEAD")  # there is no body to make
        self.assertEqual((200, "application/json"), (head.status, head.headers["content-type"]))
        answer = self.post("/merge", '{"a":{"c":1}}', x_in="v")
        self.assertEqual(["v"], self.saw(answer, "x-body"))
        self.assertEqual([str(len('{"a":{"b":"v","c":1}}'))], self.saw(answer, "content-length"))
        self.assertEqual([1, "POST"], answer.echo["added"])
        self.assertNotIn("backend", world.get("/replace").text)
        self.assertIn('"*": "*"', world.get("/replace").text)
        answer = self.post("/whole?q=1", "text")
        self.assertEqual(["application/json"], self.saw(answer, "content-type"))
        self.assertEqual("yes", answer.headers["x-seen"])
        self.assertEqual("who [1.0,2.0]", world.get("/meta", headers={"x-in": "who"}).headers["x-meta"])
        self.assertEqual(['{"v":"a\\"b"}'], self.saw(self.post("/escape", '{"v":"a\\"b"}'), "x-out"))

    def stages_and_matchers(self):
        world = self.world
        self.assertEqual(["one"], self.saw(self.post("/match/one", "{}", x_in="v"), "x-which"))
        self.assertEqual(["two"], self.saw(world.get("/match/one", headers={"x-in": "v1"}), "x-which"))
        self.assertIsNone(self.saw(world.get("/match"), "x-which"))
        self.assertEqual("yes", world.get("/match").headers["x-last"])
        self.assertEqual((503, "sorry"), (world.get("/match/status/503").status, world.get("/match/status/503").text))
        self.assertEqual("two", world.get("/reroute").backend)
        answer = world.get("/stages")
        self.assertEqual(["early,regular,post"], self.saw(answer, "x-order"))
        self.assertEqual("yes", answer.headers["x-post"])
        self.assertEqual((418, '{"was":"hello"}'), (world.get("/direct").status, world.get("/direct").text))
        # A route's own transformations stand alone, unless they inherit.
        self.assertEqual(["host"], self.saw(world.get("/plain"), "x-from"))
        self.assertIsNone(self.saw(world.get("/stages"), "x-from"))
        self.assertEqual(["route"], self.saw(world.get("/inherits/own"), "x-from"))
        self.assertEqual(["host"], self.saw(world.get("/inherits/other"), "x-from"))

    def failures(self):
        answer = self.post("/fails", "no json")
        self.assertEqual((400, "bad request: the body is not JSON: not a JSON value, at byte 1"), (answer.status, answer.text))
        answer = self.post("/fails", "{}")
        self.assertEqual((400, "bad request: the template of header x-v, line 1, column 4: there is no value v"), (answer.status, answer.text))
        self.assertEqual(["1"], self.saw(self.post("/fails", '{"v":1}'), "x-v"))
        answer = self.world.get("/failing-answer")
        self.assertEqual((400, "bad request: the template of the body, line 1, column 4: there is no value nowhere"), (answer.status, answer.text))
        self.assertNotIn("content-type", answer.headers)
        self.assertEqual(["none"], self.saw(self.post("/lenient", "no json"), "x-v"))
        counted = self.envoy.stats("transformation.regular")
        self.assertEqual((2, 1), (counted["transformation.regular.request_error"], counted["transformation.regular.response_error"]))
        self.assertGreater(counted["transformation.regular.request_body_transformations"], 3)

    def hostile_bodies(self):
        for hostile in (b"[" * 1_000_000, b'{"a":' * 200_000, b'{"v":"\xff\xfe"}', b'"\xed\xa0\x80"', b"1e999", b'{"v":"' + b"x" * 900_000, b"\x00" * 1000):
            self.assertEqual(400, self.post("/fails", hostile).status, hostile[:20])
        for value in ("a\\r\\nx-evil: 1", "a\\u0000b"):
            answer = self.post("/inject", '{"v":"' + value + '"}')
            self.assertEqual((400, "bad request: header x-v would hold a line break or a zero"), (answer.status, answer.text))
        self.assertEqual(400, self.post("/regex", b"a" * 20_000).status)
        for large in (b"[" * 100_000_000, b'{"v":"' + b"\xc3\xa9" * 50_000_000):
            self.assertEqual(400, self.post("/fails", large).status)
        self.assertEqual(200, self.world.get("/plain").status)

    # Refused by the control plane, so that Envoy never sees it; what was good goes on.
    def bad_templates(self):
        world = self.world
        world.write("bad.yaml", f"""
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {{name: bad, namespace: gloo-system}}
spec:
  virtualHost:
    domains: [bad.example]
    options:
      transformations: {{requestTransformation: {{transformationTemplate: {{headers: {{x-a: {{text: "one\\n{{% if header() %}}"}}}}}}}}}}
    routes:
    - matchers: [{{prefix: /}}]
      routeAction: {{{to("one")}}}
""")
        world.until_state("VirtualService", "bad", "Rejected", "line 2, column 7", "function header takes 1 argument, not 0")
        self.assertEqual(["early,regular,post"], self.saw(world.get("/stages"), "x-order"))


if __name__ == "__main__":
    unittest.main()
