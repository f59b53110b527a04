"""Functions of AWS Lambda that come and go (boto3 against moto's server) are found, written and called through a real Envoy, while what users wrote stays."""
import json
import os
import sys
import time
import unittest
import unittest.mock

import packages

packages.need("moto[server]==5.2.1", "boto3==1.43.11")

import boto3
import botocore.config

from harness import BUILD, HERE, Case, Process, free_port, get_json, request, until
from lambda_test import function_route, secret, settings
from manifests import gateways, virtual_service

os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
CODE = b"PK\x05\x06" + b"\0" * 18  # an empty archive


def upstream(name="lambda", more="", labels=""):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system{labels}}}
spec:
  aws:
    region: us-east-1
    secretRef: {{name: keys, namespace: gloo-system}}{more}
"""


class Discovery(Case):
    def setUp(self):
        super().setUp()
        self.moto, self.front = free_port(), free_port()
        count = 5000 if "five_thousand" in self.id() else 0
        moto = Process("moto", [sys.executable, HERE / "lambda_moto.py", self.moto, count], self.world.directory / "moto.log")
        self.world.start(moto, lambda: "listening" in moto.tail())
        front = Process("front", [sys.executable, HERE / "lambda_front.py", self.front, self.moto], self.world.directory / "front.log")
        self.world.start(front, lambda: "listening" in front.tail())
        how = {"endpoint_url": f"http://127.0.0.1:{self.moto}", "region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x",
               "config": botocore.config.Config(retries={"max_attempts": 0})}
        self.lambdas = boto3.client("lambda", **how)
        self.role = boto3.client("iam", **how).create_role(RoleName="functions", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        self.put("/keys", {"AKIDONE": ["one", None]})
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("settings.yaml", settings(self.front))
        self.world.write("secret.yaml", secret("AKIDONE", "one"))
        self.world.write("upstream.yaml", upstream())

    def start_solder(self, every=2):
        (self.world.directory / "solder.yaml").write_text(f"pluginConfig: {{aws_lambda: {{listEverySeconds: {every}}}}}\n")
        self.world.start_solder("--config", self.world.directory / "solder.yaml")

    def put(self, path, body):
        self.assertEqual(200, request(self.front, path, method="PUT", body=json.dumps(body).encode()).status)

    def seen(self):
        return get_json(self.front, "/seen")

    def create(self, *names):
        for name in names:
            self.lambdas.create_function(FunctionName=name, Runtime="python3.11", Role=self.role, Handler="f.f", Code={"ZipFile": CODE})

    def found(self, name="lambda"):
        """The logical names that Solder has written, or None."""
        files = list((self.world.directory / "state/discovered").rglob(f"{name}.lambdaFunctions.aws_lambda.yaml"))
        return [line.split('"logicalName":"')[1].split('"')[0] for line in files[0].read_text().splitlines() if '"logicalName":"' in line] if files else None

    def until_found(self, *names):
        def attempt():
            self.assertEqual(sorted(names), self.found())
            return True
        until(f"{names} are found", attempt, seconds=90)

    def cycle(self):
        """Waits until a whole listing has begun and ended after this call."""
        before = self.seen()["cycles"]
        until("another cycle", lambda: self.seen()["cycles"] >= before + 2, seconds=90)

    def test_functions_come_are_called_and_go(self):
        self.create("hello", "other")
        version = self.lambdas.publish_version(FunctionName="hello")["Version"]
        self.lambdas.create_alias(FunctionName="hello", Name="prod", FunctionVersion=version)
        routes = "".join(function_route(f"/{path}", f"logicalName: '{name}'") for path, name in (
            ("latest", "hello"), ("version", "hello:1"), ("alias", "hello:prod"), ("late", "late")))
        self.world.write("routes.yaml", virtual_service("web", routes))
        self.start_solder()
        self.world.start_envoy()
        self.until_found("hello", "hello:1", "hello:prod", "other")
        for path, qualifier in (("/latest", "$LATEST"), ("/version", "1"), ("/alias", "prod")):
            self.assertEqual(("hello", qualifier), tuple(self.world.until_status(path, 200).echo[key] for key in ("function", "qualifier")))
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "late")
        self.create("late")
        self.world.until_status("/late", 200)
        self.world.until_state("VirtualService", "web", "Accepted")
        self.lambdas.delete_function(FunctionName="late")
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "late")
        self.assertEqual("unknown lambda function late", self.world.until_status("/late", 500).text)
        self.assertEqual({}, self.seen()["refused"])
        self.assertNotIn("lambdaFunctions", (self.world.manifests / "upstream.yaml").read_text(), "users' files are not written")

    def test_what_users_write_stays_and_nothing_is_written_for_nothing(self):
        self.create(*(f"f{i:03}" for i in range(40)))
        self.put("/faults", {"page": 7})
        self.world.write("upstream.yaml", upstream(more="\n    lambdaFunctions:\n    - {logicalName: f001, lambdaFunctionName: mine, qualifier: v}\n    - {logicalName: own, lambdaFunctionName: f002}"))
        self.create("mine-not-there")
        self.world.write("routes.yaml", virtual_service("web", function_route("/own", "logicalName: own") + function_route("/same", "logicalName: f001") + function_route("/found", "logicalName: f039")))
        self.start_solder(every=5)
        self.world.start_envoy()
        self.until_found("mine-not-there", *(f"f{i:03}" for i in range(40)))
        self.assertEqual("f002", self.world.until_status("/own", 200).echo["function"])
        self.assertEqual("f039", self.world.until_status("/found", 200).echo["function"])
        self.world.until_status("/same", 404)
        file = next((self.world.directory / "state/discovered").rglob("*.yaml"))
        before, translated, began = file.stat().st_mtime_ns, self.world.solder.log.read_text().count("translated:"), time.monotonic()
        cycles = self.seen()["cycles"]
        self.cycle()
        self.cycle()
        rate = (self.seen()["cycles"] - cycles - 1) * 60 / (time.monotonic() - began)  # from the first beginning to the last
        print(f"steady state: {rate:.1f} list cycles a minute where 12 are the most", file=sys.stderr)
        self.assertLessEqual(rate, 12)
        self.assertEqual((before, translated), (file.stat().st_mtime_ns, self.world.solder.log.read_text().count("translated:")))
        self.world.edit("upstream.yaml", "logicalName: own,", "logicalName: f003,")
        told = self.world.solder_output("discover", "lambda", self.world.manifests, "--plugin-dir", BUILD / "lib/solder/plugins", "--state-dir", self.world.directory / "state").splitlines()
        self.assertEqual(("= f001", "  f002", "= f003", True), (*told[1:4], told[-1].endswith("0 to add, 0 to remove; 2 written by hand, which stay")), told)
        self.world.until_status("/own", 500)

    def test_a_restart_keeps_what_was_found_and_an_upstream_takes_it_along(self):
        self.create("hello")
        self.world.write("routes.yaml", virtual_service("web", function_route("/", "logicalName: hello")))
        self.start_solder()
        self.world.start_envoy()
        self.world.until_status("/", 200)
        self.assertEqual(0, self.world.solder.end())
        self.put("/faults", {"error": 1000000})
        self.start_solder()
        self.assertEqual(["hello"], self.found())
        self.world.until_state("Upstream", "lambda", "Warning", "DiscoveryFailed", "500 ServiceException")
        self.assertEqual("Accepted", self.world.report("VirtualService", "web")["state"])
        self.world.until_status("/", 200)
        self.world.remove("upstream.yaml")
        until("what was found is gone with it", lambda: self.found() is None)

    def test_failures_are_told_and_come_to_an_end(self):
        self.create("hello")
        self.put("/faults", {"throttle": 2, "garbage": 0})
        self.start_solder()
        self.until_found("hello")
        self.world.until_state("Upstream", "lambda", "Accepted")
        self.put("/faults", {"garbage": 1})
        self.world.until_state("Upstream", "lambda", "Warning", "DiscoveryFailed", "no list of functions")
        self.world.until_state("Upstream", "lambda", "Accepted")
        self.put("/faults", {"forbid_aliases": True})
        self.create("second")
        self.until_found("hello", "second")

    def test_keys_rotate_and_wrong_ones_are_told(self):
        self.create("hello")
        self.world.write("secret.yaml", secret("AKIDONE", "wrong-and-secret"))
        self.start_solder()
        self.world.until_state("Upstream", "lambda", "Warning", "DiscoveryFailed", "InvalidSignatureException")
        self.assertIsNone(self.found())
        self.put("/keys", {"AKIDTWO": ["two", "a-session-token"]})
        self.world.write("secret.yaml", secret("AKIDTWO", "two", "a-session-token"))
        self.until_found("hello")
        self.world.until_state("Upstream", "lambda", "Accepted")
        self.put("/keys", {"AKIDONE": None, "AKIDTWO": None, "AKIDTHREE": ["three", None]})
        self.world.until_state("Upstream", "lambda", "Warning", "UnrecognizedClientException")
        self.assertEqual(["hello"], self.found())
        self.world.write("secret.yaml", secret("AKIDTHREE", "three"))
        self.world.until_state("Upstream", "lambda", "Accepted")
        self.world.remove("secret.yaml")
        self.world.until_state("Upstream", "lambda", "Warning", "SecretNotFound")
        log = self.world.solder.log.read_text()
        for value in ("wrong-and-secret", "a-session-token"):
            self.assertNotIn(value, log)

    def test_a_clock_that_is_wrong_is_told_in_amazons_words(self):
        self.create("hello")
        self.start_solder()
        self.until_found("hello")
        self.put("/faults", {"ahead": 3600})
        self.world.until_state("Upstream", "lambda", "Warning", "DiscoveryFailed", "InvalidSignatureException: Signature expired: 2")
        self.assertEqual(["hello"], self.found())
        self.put("/faults", {"ahead": 0})
        self.world.until_state("Upstream", "lambda", "Accepted")

    def test_a_role_by_a_token(self):
        self.create("hello")
        token = self.world.directory / "token"
        token.write_text("a-web-identity\n")
        with unittest.mock.patch.dict(os.environ, {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": self.role}):
            self.world.write("settings.yaml", settings(self.front, f", serviceAccountCredentials: {{uri: 'http://127.0.0.1:{self.front}'}}"))
            self.world.write("upstream.yaml", upstream(more=f"\n    roleArn: {self.role}").replace("    secretRef: {name: keys, namespace: gloo-system}\n", ""))
            self.start_solder()
            self.until_found("hello")
        self.cycle()
        self.assertEqual(1, self.seen()["sts"], "keys are kept as long as they are good")
        self.assertEqual({}, self.seen()["refused"])

    def test_settings_and_labels_say_which_are_looked_at(self):
        self.create("hello")
        self.world.write("off.yaml", upstream("off", labels=", labels: {discovery.solo.io/function_discovery: disabled}"))
        self.world.write("settings.yaml", settings(self.front).replace("spec: {", "spec: {discovery: {fdsMode: WHITELIST}, "))
        self.start_solder()
        self.until_found("hello")
        self.cycle()
        self.assertIsNone(self.found("off"))
        self.world.write("settings.yaml", settings(self.front).replace("spec: {", "spec: {discovery: {fdsMode: DISABLED}, "))
        until("it stops", lambda: self.stopped())
        self.assertEqual(["hello"], self.found(), "what was found stays")
        self.world.write("settings.yaml", settings(self.front))
        before = self.seen()["cycles"]
        until("it begins again", lambda: self.seen()["cycles"] > before)

    def stopped(self):
        before = self.seen()["lists"]
        time.sleep(3)  # longer than from one cycle to the next: the absence of something takes its time to be seen
        return self.seen()["lists"] == before

    def test_five_thousand_functions(self):
        self.put("/faults", {"page": 50})
        self.world.write("routes.yaml", virtual_service("web", function_route("/", "logicalName: function-4999")))
        self.start_solder()
        self.world.start_envoy()
        before = time.monotonic()
        answer = self.world.until_status("/", 200)
        print(f"5,000 functions: routable {time.monotonic() - before:.2f} s after Envoy was there", file=sys.stderr)
        self.assertEqual("function-4999", answer.echo["function"])
        self.assertEqual(5000, len(self.found()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
