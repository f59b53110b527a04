"""Functions of AWS Lambda behind a real Envoy: signed calls, forms of requests and answers, keys that rotate and keys that are missing."""
import base64
import json
import os
import subprocess
import sys
import unittest

from harness import BUILD, HERE, Case, Process, admin, free_port, get_json, request, until
from manifests import gateways, virtual_service

# Envoy's usual chain would wait for the metadata server of a machine that this is not.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
KEYS = {"AKIDONE": ["first/secret+key", None]}


def secret(access_key, secret_key, token=None):
    more = f", aws_session_token: '{token}'" if token else ""
    return f"""
apiVersion: v1
kind: Secret
metadata: {{name: keys, namespace: gloo-system}}
stringData: {{aws_access_key_id: {access_key}, aws_secret_access_key: '{secret_key}'{more}}}
"""


def settings(port, more=""):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {{name: default, namespace: gloo-system}}
spec: {{gloo: {{awsOptions: {{endpoint: 'http://127.0.0.1:{port}'{more}}}}}}}
"""


def aws_upstream(name="lambda", functions=("echo", "raw", "error", "throttle", "anyone", "anytwo"), more="secretRef: {name: keys, namespace: gloo-system}"):
    listed = "".join(f"\n    - {{logicalName: {function}, lambdaFunctionName: {function}}}" for function in functions)
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  aws:
    region: us-east-1
    {more}
    lambdaFunctions:{listed}
    - {{logicalName: echo-prod, lambdaFunctionName: echo, qualifier: prod}}
    - {{logicalName: gone, lambdaFunctionName: gone}}
"""


def to_function(specification, upstream="lambda"):
    spec = f", destinationSpec: {{aws: {{{specification}}}}}" if specification is not None else ""
    return f"{{upstream: {{name: {upstream}, namespace: gloo-system}}{spec}}}"


def function_route(prefix, specification, upstream="lambda"):
    return f"""
    - matchers: [{{prefix: {prefix}}}]
      routeAction: {{single: {to_function(specification, upstream)}}}
"""


ROUTES = "".join(function_route(prefix, specification) for prefix, specification in (
    ("/echo-prod", "logicalName: echo-prod"), ("/echo", "logicalName: echo"), ("/async", "logicalName: echo, invocationStyle: ASYNC"),
    ("/error", "logicalName: error, unwrapAsAlb: true"), ("/throttle", "logicalName: throttle, unwrapAsApiGateway: true"), ("/gone", "logicalName: gone"),
    ("/nobody", None), ("/document", "logicalName: echo, requestTransformation: true"), ("/event", "logicalName: echo, wrapAsApiGateway: true"),
    ("/alb", "logicalName: raw, unwrapAsAlb: true"), ("/gateway", "logicalName: raw, unwrapAsApiGateway: true"), ("/older", "logicalName: raw, responseTransformation: true")))


class Lambda(Case):
    def setUp(self):
        super().setUp()
        self.endpoint = free_port()
        process = Process("endpoint", [sys.executable, HERE / "lambda_endpoint.py", self.endpoint], self.world.directory / "endpoint.log")
        self.world.start(process, lambda: "listening" in process.tail())
        self.accept(KEYS)
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("settings.yaml", settings(self.endpoint))
        self.world.write("secret.yaml", secret("AKIDONE", KEYS["AKIDONE"][0]))
        self.world.write("upstream.yaml", aws_upstream())
        self.world.write("routes.yaml", virtual_service("web", ROUTES))

    def serve(self, **how):
        self.world.start_solder()
        return self.world.start_envoy(**how)

    def accept(self, keys):
        self.assertEqual(200, request(self.endpoint, "/keys", method="PUT", body=json.dumps(keys).encode()).status)

    def seen(self):
        return get_json(self.endpoint, "/seen")

    def call(self, path, status=200, **how):
        return self.world.until_status(path, status, **how)

    def test_a_request_becomes_a_signed_call(self):
        self.serve()
        told = self.call("/echo/of/mine?a=1&b=2", method="PUT", body=b'{"k": "v"}', headers={"authorization": "Bearer client", "x-amz-date": "19990101T000000Z", "x-mine": "yes"}).echo
        self.assertEqual(("echo", None, '{"k": "v"}'), (told["function"], told["qualifier"], told["event"]))
        self.assertEqual(("RequestResponse", "None", "yes"), tuple(told["headers"][name] for name in ("x-amz-invocation-type", "x-amz-log-type", "x-mine")))
        self.assertEqual(f"127.0.0.1:{self.endpoint}", told["headers"]["host"])
        last = self.seen()["last"]
        self.assertEqual(("POST", "/2015-03-31/functions/echo/invocations"), (last["method"], last["target"]))
        self.assertNotIn("Bearer client", json.dumps(last))
        self.assertEqual("prod", self.call("/echo-prod").echo["qualifier"])
        self.assertEqual("", self.call("/echo").echo["event"])
        self.assertEqual({}, self.seen()["refused"])

    def test_another_account_and_latest(self):
        more = "secretRef: {name: keys, namespace: gloo-system}\n    awsAccountId: '123456789012'"
        self.world.write("upstream.yaml", aws_upstream(more=more).replace("qualifier: prod", "qualifier: $LATEST"))
        self.serve()
        told = self.call("/echo-prod").echo
        self.assertEqual(("arn:aws:lambda:us-east-1:123456789012:function:echo", "$LATEST"), (told["function"], told["qualifier"]))

    def test_answers_of_all_kinds(self):
        self.serve()
        accepted = self.call("/async", 202, method="POST", body=b"{}")
        self.assertEqual("", accepted.text)
        self.assertEqual("Event", self.seen()["last"]["headers"]["x-amz-invocation-type"])
        self.assertIn("boom", self.call("/error", 504).text)
        self.call("/throttle", 429)
        self.call("/gone", 404)
        self.assertEqual("no function present for AWS upstream", self.call("/nobody", 500).text)
        self.assertEqual({}, self.seen()["refused"])

    def test_the_request_as_a_document_and_as_an_event(self):
        self.serve()
        how = {"method": "PATCH", "headers": {"x-mine": "yes", "content-type": "text/plain"}, "host": "api.example.com"}
        document = json.loads(self.call("/document/x%20y?a=1&a=2&b=%26", body=b'say "hi"\n', **how).echo["event"])
        self.assertEqual(("PATCH", "/document/x%20y", "a=1&a=2&b=%26", 'say "hi"\n'), tuple(document[name] for name in ("httpMethod", "path", "queryString", "body")))
        self.assertEqual(({"a": "2", "b": "&"}, {"a": ["1", "2"]}), (document["queryStringParameters"], document["multiValueQueryStringParameters"]))
        self.assertEqual(("yes", "api.example.com"), (document["headers"]["x-mine"], document["headers"][":authority"]))
        binary = json.loads(self.call("/document", body=b"\xff\x00\xfe", **how).echo["event"])
        self.assertEqual((b"\xff\x00\xfe", True), (base64.b64decode(binary["body"]), binary["isBase64Encoded"]))
        self.assertNotIn("body", json.loads(self.call("/document").echo["event"]))
        event = json.loads(self.call("/event/x?a=1&a=2", body="é".encode(), **how).echo["event"].encode("latin-1"))
        self.assertEqual(("PATCH", "/event/x", "é", False), tuple(event[name] for name in ("httpMethod", "path", "body", "isBase64Encoded")))
        self.assertEqual((["1", "2"], ["yes"], "api.example.com"), (event["multiValueQueryStringParameters"]["a"], event["multiValueHeaders"]["x-mine"], event["headers"]["host"]))
        self.assertEqual({}, self.seen()["refused"])

    def answer(self, path, status, **told):
        return self.call(path, status, method="POST", body=json.dumps(told).encode())

    def test_the_answer_out_of_json(self):
        self.serve()
        headers = {"X-One": "1", "number": 5, "split": "a\r\nset-cookie: evil=1", "content-length": "1", "transfer-encoding": "chunked"}
        for path in ("/gateway", "/alb", "/older"):
            with self.subTest(path):
                answer = self.answer(path, 201, statusCode=201, headers=headers, multiValueHeaders={"x-many": ["a", "b"]}, body="é \U0001f600 \"")
                self.assertEqual("é \U0001f600 \"", answer.text)
                self.assertEqual(("1", "5", "a,b"), tuple(answer.headers[name] for name in ("x-one", "number", "x-many")))
                self.assertNotIn("split", answer.headers)
                self.assertNotIn("set-cookie", answer.headers)
                self.assertEqual("hello", self.answer(path, 200, body=base64.b64encode(b"hello").decode(), isBase64Encoded=True).text)
        self.assertEqual('{"a": 1}', self.answer("/gateway", 200, body={"a": 1}).text)
        self.assertEqual("{}", self.answer("/gateway", 200, statusCode=200).text)
        self.assertEqual("500: failed to parse response body as JSON", self.call("/gateway", 500, method="POST", body=b"{nonsense").text)
        self.assertEqual("500: Non-integer status code", self.answer("/gateway", 500, statusCode="many").text)
        self.assertEqual("", self.call("/alb", 500, method="POST", body=b"{nonsense").text)
        for body in (b'{"body": "\\ud800"}', b'{"statusCode": 99999}', b"[" * 200, b"\xff"):
            self.call("/gateway", 500, method="POST", body=body)

    def test_functions_by_weight(self):
        destinations = "".join(f"\n          - {{weight: {weight}, destination: {to_function(f'logicalName: {name}')}}}" for name, weight in (("anyone", 30), ("anytwo", 70)))
        self.world.write("weighted.yaml", virtual_service("weighted", f"""
    - matchers: [{{prefix: /}}]
      routeAction:
        multi:
          destinations:{destinations}
""", "[weighted.test]"))
        self.serve()
        self.call("/", host="weighted.test")
        before = self.seen()["functions"]
        for _ in range(200):
            self.assertEqual(200, self.world.get("/", host="weighted.test").status)
        after = self.seen()["functions"]
        one, two = (after.get(name, 0) - before.get(name, 0) for name in ("anyone", "anytwo"))
        self.assertEqual(200, one + two)
        self.assertTrue(30 <= one <= 95, (one, two))

    def test_the_first_function_in_the_place_of_none(self):
        self.world.write("settings.yaml", settings(self.endpoint, ", fallbackToFirstFunction: true, propagateOriginalRouting: true"))
        self.serve()
        told = self.call("/nobody/x", method="PUT", body=b"1").echo
        self.assertEqual(("echo", "/nobody/x", "PUT"), (told["function"], told["headers"]["x-envoy-original-path"], told["headers"]["x-envoy-original-method"]))

    def test_an_unknown_function_is_named(self):
        self.world.write("unknown.yaml", virtual_service("unknown", function_route("/", "logicalName: ecko"), "[unknown.test]"))
        self.serve()
        self.world.until_state("VirtualService", "unknown", "Warning", "FunctionNotFound", "ecko", "one of echo")
        self.assertEqual("unknown lambda function ecko", self.call("/", 500, host="unknown.test").text)
        self.assertEqual(0, self.seen()["right"])

    def test_without_credentials_nothing_leaves(self):
        self.world.write("upstream.yaml", aws_upstream(more="awsAccountId: '123456789012'"))
        self.serve()
        self.call("/echo", 500)
        self.world.until_state("Upstream", "lambda", "Warning", "NoCredentials")
        self.assertEqual("Accepted", self.world.report("VirtualService", "web")["state"])
        # Those of Envoy's machine, which has none.
        self.world.write("settings.yaml", settings(self.endpoint, ", enableCredentialsDiscovey: true"))
        self.world.until_state("Upstream", "lambda", "Accepted")
        until("Envoy answers itself", lambda: self.world.get("/echo").text == "no credentials present for AWS upstream")
        self.assertEqual((0, {}), (self.seen()["right"], self.seen()["refused"]))

    def test_a_secret_that_goes_and_comes(self):
        self.serve()
        self.call("/echo")
        self.world.remove("secret.yaml")
        self.world.until_state("Upstream", "lambda", "Warning", "SecretNotFound")
        self.call("/echo", 500)
        self.world.write("secret.yaml", secret("AKIDONE", KEYS["AKIDONE"][0]))
        self.call("/echo")
        self.assertEqual({}, self.seen()["refused"])

    def test_wrong_keys_are_amazons_to_refuse(self):
        self.world.write("secret.yaml", secret("AKIDONE", "another"))
        self.serve()
        self.assertIn("InvalidSignatureException", self.call("/echo", 403).text)

    def test_keys_rotate_under_load(self):
        for sotw in (False, True):
            with self.subTest(sotw=sotw):
                self.rotate_under_load(f"envoy-{sotw}", sotw)

    def rotate_under_load(self, name, sotw):
        if not self.world.solder:
            self.world.start_solder()
        envoy = self.world.start_envoy(name, sotw=sotw)
        self.call("/echo")
        until("Envoy has settled", lambda: envoy.stats("cluster_manager.warming_clusters").get("cluster_manager.warming_clusters") == 0)
        clusters = envoy.stats("cluster_manager.(cluster_added|cluster_modified|cluster_removed)$")
        before = self.seen()["right"]
        with self.world.load("web.test/echo", rate=1000, connections=20) as figures:
            for i in range(5):
                key = f"AKID{name.replace('-', '')}{i}"
                keys = {key: [f"secret-{i}", f"token-{i}" if i % 2 else None]}
                self.accept(keys)
                self.world.write("secret.yaml", secret(key, *keys[key]))
                until(f"{key} signs", lambda key=key: self.seen()["keys"].get(key, 0) > 200)
        self.assert_all_ok(figures)
        self.assertEqual({}, self.seen()["refused"])
        self.assertGreater(self.seen()["right"] - before, 500)
        self.assertEqual(clusters, envoy.stats("cluster_manager.(cluster_added|cluster_modified|cluster_removed)$"))
        envoy.end()

    def test_secrets_are_nowhere_to_be_read(self):
        envoy = self.serve()
        self.call("/echo")
        value = KEYS["AKIDONE"][0]
        places = {
            "Envoy's dump": admin(envoy.admin_port, "/config_dump?include_eds").text,
            "Solder's snapshot": admin(self.world.admin_port, "/snapshot").text,
            "the statuses": admin(self.world.admin_port, "/status").text,
            "Solder's log": self.world.solder.log.read_text(),
            "Envoy's log": envoy.log.read_text(),
            "translate": self.world.solder_output("translate", "--provenance", "--plugin-dir", BUILD / "lib/solder/plugins", self.world.manifests),
            "a static bootstrap": self.world.solder_output("translate", "--static", "--plugin-dir", BUILD / "lib/solder/plugins", self.world.manifests),
        }
        for place, text in places.items():
            self.assertNotIn(value, text, place)
            self.assertGreater(len(text), 50, place)
        self.assertIn("aws-signing", places["Envoy's dump"])
        whole = subprocess.run([BUILD / "bin/solder", "translate", "--static", "--with-secrets", "--plugin-dir", BUILD / "lib/solder/plugins", self.world.manifests],
                               capture_output=True, text=True, check=True).stdout
        self.assertIn(value, whole)


if __name__ == "__main__":
    unittest.main()
