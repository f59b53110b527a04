"""Instances of EC2 that come, go and change their tags (boto3 against moto's server) are found and get requests through a real Envoy."""
import collections
import json
import os
import sys
import unittest

import packages

packages.need("moto[server]==5.2.1", "boto3==1.43.11")

import boto3

from harness import HERE, Case, Process, free_port, get_json, request, until
from lambda_test import secret
from manifests import gateways, prefix_route, virtual_service

os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


class Ec2(Case):
    def setUp(self):
        super().setUp()
        self.moto, self.front, self.port = free_port(), free_port(), free_port()
        moto = Process("moto", [sys.executable, HERE / "lambda_moto.py", self.moto], self.world.directory / "moto.log")
        self.world.start(moto, lambda: "listening" in moto.tail())
        front = Process("front", [sys.executable, HERE / "ec2_front.py", self.front, self.moto], self.world.directory / "front.log")
        self.world.start(front, lambda: "listening" in front.tail())
        how = {"endpoint_url": f"http://127.0.0.1:{self.moto}", "region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.ec2 = boto3.client("ec2", **how)
        self.role = boto3.client("iam", **how).create_role(RoleName="describe", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        network = self.ec2.create_vpc(CidrBlock="127.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=network, CidrBlock="127.0.0.0/24")["Subnet"]["SubnetId"]
        self.image = self.ec2.describe_images()["Images"][0]["ImageId"]
        self.put("/keys", {"AKIDONE": ["one", None]})
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("secret.yaml", secret("AKIDONE", "one"))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/", "instances")))
        self.write()

    def write(self, name="instances", filters="[{key: App}, {kvPair: {key: version, value: v1}}]", more="secretRef: {name: keys, namespace: gloo-system}"):
        self.world.write(f"{name}.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  awsEc2:
    region: us-east-1
    filters: {filters}
    port: {self.port}
    endpoint: http://127.0.0.1:{self.front}
    stsEndpoint: http://127.0.0.1:{self.front}
    {more}
""")

    def put(self, path, body):
        self.assertEqual(200, request(self.front, path, method="PUT", body=json.dumps(body).encode()).status)

    def seen(self):
        return get_json(self.front, "/seen")

    def run_instance(self, last, **tags):
        """An instance whose private address is 127.0.0.<last>."""
        given = [{"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
        made = self.ec2.run_instances(ImageId=self.image, MinCount=1, MaxCount=1, SubnetId=self.subnet, PrivateIpAddress=f"127.0.0.{last}", TagSpecifications=given)
        return made["Instances"][0]["InstanceId"]

    def backend(self, last):
        self.world.start_backend(f"at-{last}", at=f"127.0.0.{last}:{self.port}")

    def start(self):
        (self.world.directory / "solder.yaml").write_text("pluginConfig: {aws_ec2: {listEverySeconds: 1}}\n")
        self.world.start_solder("--config", self.world.directory / "solder.yaml")

    def until_served_by(self, *names):
        def attempt():
            answers = collections.Counter(self.world.get("/").backend for _ in range(4 * len(names)))
            self.assertEqual(set(names), set(answers))
            return True
        until(f"{names} serve", attempt)

    def test_instances_come_and_go_by_their_tags(self):
        for last in (11, 12, 13):
            self.backend(last)
        first = self.run_instance(11, app="shop", Version="v1")
        other = self.run_instance(12, app="shop", version="v2")
        self.run_instance(13, version="v1")
        self.put("/faults", {"page": 1})
        self.start()
        self.world.start_envoy()
        self.until_served_by("at-11")
        self.world.until_state("Upstream", "instances", "Accepted")
        self.ec2.create_tags(Resources=[other], Tags=[{"Key": "version", "Value": "v1"}])
        self.until_served_by("at-11", "at-12")
        self.ec2.stop_instances(InstanceIds=[first])
        self.until_served_by("at-12")
        self.ec2.terminate_instances(InstanceIds=[other])
        self.world.until_status("/", 503)
        self.write(filters="[{kvPair: {key: version, value: v1}}]")
        self.until_served_by("at-13")
        self.assertEqual({}, self.seen()["refused"])

    def test_what_was_found_stays_while_nobody_answers_and_over_a_restart(self):
        self.backend(11)
        self.run_instance(11, app="shop", version="v1")
        self.start()
        self.world.start_envoy()
        self.until_served_by("at-11")
        self.put("/keys", {"AKIDONE": None})
        self.world.until_state("Upstream", "instances", "Warning", "DiscoveryFailed", "401 UnrecognizedClientException")
        self.until_served_by("at-11")
        self.assertEqual(0, self.world.solder.end())
        self.start()
        self.world.until_state("Upstream", "instances", "Warning", "DiscoveryFailed")
        self.until_served_by("at-11")
        self.put("/keys", {"AKIDTWO": ["two", "a-session-token"]})
        self.world.write("secret.yaml", secret("AKIDTWO", "two", "a-session-token"))
        self.world.until_state("Upstream", "instances", "Accepted")
        self.put("/faults", {"garbage": 1})
        self.world.until_state("Upstream", "instances", "Warning", "DiscoveryFailed", "no list of instances")
        self.put("/faults", {"throttle": 2})
        self.world.until_state("Upstream", "instances", "Accepted")
        self.world.remove("instances.yaml")
        until("what was found goes with it", lambda: not list((self.world.directory / "state/discovered").rglob("*.yaml")))
        self.assertNotIn("a-session-token", self.world.solder.log.read_text())

    def test_one_listing_serves_all_that_share_credentials_and_a_role_is_assumed(self):
        self.backend(11)
        self.run_instance(11, app="shop", version="v1")
        for i in range(20):
            self.write(f"more-{i}", filters="[]", more=f"secretRef: {{name: keys, namespace: gloo-system}}\n    roleArn: {self.role}")
        self.write(more=f"secretRef: {{name: keys, namespace: gloo-system}}\n    roleArn: {self.role}")
        self.start()
        self.world.start_envoy()
        self.until_served_by("at-11")
        until("three listings", lambda: self.seen()["lists"] >= 3)
        found = list((self.world.directory / "state/discovered").rglob("*.yaml"))
        seen = self.seen()
        self.assertEqual((21, 1), (len(found), seen["sts"]))
        before = {path: path.stat().st_mtime_ns for path in found}
        until("two more listings", lambda: self.seen()["lists"] >= seen["lists"] + 2)
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in found}, "what is not new is not written")


if __name__ == "__main__":
    unittest.main(verbosity=2)
