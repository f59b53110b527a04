"""Who asks a real Vault, and keys that it makes: logging in by AWS' IAM (moto is AWS), by a service account of a real Kubernetes, and keys of AWS' with a lease that
ends, which a Lambda upstream signs with."""
import json
import os
import sys
import unittest

import packages

packages.need("moto[server]==5.2.1", "boto3==1.43.11")

import boto3

import kube_server
from harness import HERE, Process, free_port, get_json, need_or_skip, request, until
from lambda_test import aws_upstream, function_route
from manifests import virtual_service
from vault_test import OnVault

# Envoy's usual chain would wait for the metadata server of a machine that this is not.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


class Aws(OnVault):
    def setUp(self):
        super().setUp()
        self.moto = free_port()
        moto = Process("moto", [sys.executable, HERE / "lambda_moto.py", self.moto], self.world.directory / "moto.log")
        self.world.start(moto, lambda: "listening" in moto.tail())
        self.url = f"http://127.0.0.1:{self.moto}"
        self.iam = boto3.client("iam", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")

    def keys_of(self, name):
        self.iam.create_user(UserName=name)
        made = self.iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def test_logging_in_by_iam(self):
        root, me = self.keys_of("vault"), self.keys_of("solder")
        self.vault.must("POST", "sys/auth/aws", {"type": "aws"})
        self.vault.must("POST", "auth/aws/config/client", {"access_key": root[0], "secret_key": root[1], "iam_endpoint": self.url, "sts_endpoint": self.url, "sts_region": "us-east-1",
                                                          "iam_server_id_header_value": "vault.test"})
        arn = self.iam.get_user(UserName="solder")["User"]["Arn"]
        self.vault.must("POST", "auth/aws/role/solder", {"auth_type": "iam", "bound_iam_principal_arn": arn, "resolve_aws_unique_ids": False, "token_policies": ["solder"], "token_ttl": "3s",
                                                         "token_max_ttl": "6s"})
        login = f"vaultRole: solder, accessKeyId: {me[0]}, secretAccessKey: {me[1]}"
        self.settings(f"aws: {{{login}}}")
        self.serve(ready=False)
        # Vault wants its name in what is signed.
        until("it says that logging in failed", lambda: "logging in" in request(self.world.admin_port, "/readyz", host="localhost").text)
        self.settings(f"aws: {{{login}, iamServerIdHeader: vault.test}}")
        self.world.start_envoy()
        self.until_served(self.certificate)
        logins = self.front.seen["POST /v1/auth/aws/login"]
        until("it logged in again when the token's time was over", lambda: self.front.seen["POST /v1/auth/aws/login"] > logins)
        self.until_served(self.rotate())
        self.until_no_problem()
        self.assert_nowhere(me[1], files=False)  # Settings that were good are kept, with the keys that stand in them

    def test_keys_with_a_lease_sign_calls_of_functions(self):
        endpoint = free_port()
        functions = Process("endpoint", [sys.executable, HERE / "lambda_endpoint.py", endpoint], self.world.directory / "endpoint.log")
        self.world.start(functions, lambda: "listening" in functions.tail())
        made = {}  # what Vault gave out, which whoever checks signatures has to know

        def answered(path, body):
            if path.startswith("/v1/aws/creds/"):
                data = json.loads(body).get("data") or {}
                if "access_key" in data:
                    made[data["access_key"]] = data["secret_key"]
                    assert request(endpoint, "/keys", method="PUT", body=json.dumps({data["access_key"]: [data["secret_key"], None]}).encode()).status == 200
        self.front.answered = answered
        root = self.keys_of("vault")
        self.vault.must("POST", "sys/mounts/aws", {"type": "aws"})
        self.vault.must("POST", "aws/config/root", {"access_key": root[0], "secret_key": root[1], "region": "us-east-1", "iam_endpoint": self.url, "sts_endpoint": self.url})
        self.vault.must("POST", "aws/config/lease", {"lease": "3s", "lease_max": "6s"})
        self.vault.must("POST", "aws/roles/lambda", {"credential_type": "iam_user", "policy_document": EVERYTHING})
        self.vault.policy("keys", ("aws/creds/lambda", "read"), ("sys/leases/renew", "update"))
        self.world.write("lambda.yaml", aws_upstream() + "---\n" + virtual_service("lambda", function_route("/", "logicalName: echo"), "[lambda.test]"))
        self.settings(f"accessToken: {self.vault.make_token('solder', 'keys')}, awsCredentials: [{{path: aws/creds/lambda, secret: {{name: keys, namespace: gloo-system}}}}]",
                      more=f"  gloo: {{awsOptions: {{endpoint: 'http://127.0.0.1:{endpoint}'}}}}")
        self.serve()
        self.world.start_envoy()
        self.world.until_status("/", 200, host="lambda.test")
        until("the lease was renewed", lambda: self.front.seen["PUT /v1/sys/leases/renew"] >= 1)
        until("others were had before its end", lambda: len(made) >= 2)
        newest = list(made)[-1]
        until("calls are signed with the newer ones", lambda: self.world.get(host="lambda.test").status == 200 and get_json(endpoint, "/seen")["keys"].get(newest, 0) > 0)
        self.assertEqual({}, get_json(endpoint, "/seen")["refused"])
        # Those of a lease that has ended are gone at AWS; while Vault is sealed the last ones stay.
        until("the first keys were taken away", lambda: self.iam_user_of(next(iter(made))) is None)
        self.vault.seal()
        self.until_problem("VaultSealed")
        self.assertEqual(200, self.world.get(host="lambda.test").status)
        self.vault.unseal()
        have = len(made)
        until("keys are had again", lambda: len(made) > have)
        self.until_no_problem()
        self.assert_nowhere(*made.values())

    def iam_user_of(self, key):
        for user in self.iam.list_users()["Users"]:
            try:
                keys = self.iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
            except self.iam.exceptions.NoSuchEntityException:
                continue  # meanwhile
            if any(each["AccessKeyId"] == key for each in keys):
                return user["UserName"]
        return None


class Kubernetes(OnVault):
    def test_logging_in_by_a_service_account(self):
        need_or_skip(kube_server.PROGRAMS)
        kube = kube_server.Kubernetes(self.world.directory / "kube")
        self.addCleanup(kube.stop)
        kube.add_namespaces("gloo-system")
        for name in ("gloo", "vault"):
            kube.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "gloo-system"}})
        # Who may ask Kubernetes whose token it is.
        kube.apply({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "vault"},
                    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
                    "subjects": [{"kind": "ServiceAccount", "name": "vault", "namespace": "gloo-system"}]})

        def token_of(seconds=3600, name="gloo"):
            asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": seconds}}
            return kube.must("POST", f"/api/v1/namespaces/gloo-system/serviceaccounts/{name}/token", asked)["status"]["token"]
        self.vault.must("POST", "sys/auth/kubernetes", {"type": "kubernetes"})
        self.vault.must("POST", "auth/kubernetes/config", {"kubernetes_host": kube.url, "kubernetes_ca_cert": (kube.directory / "server-ca.crt").read_text(),
                                                          "token_reviewer_jwt": token_of(name="vault"), "disable_local_ca_jwt": True})
        self.vault.must("POST", "auth/kubernetes/role/solder", {"bound_service_account_names": "gloo", "bound_service_account_namespaces": "gloo-system", "token_policies": ["solder"],
                                                                "token_ttl": "3s", "token_max_ttl": "6s"})
        file = self.world.directory / "service-account"
        file.write_text("not.a.token")
        self.settings(f"kubernetes: {{role: solder, tokenFile: {file}}}")
        self.serve(ready=False)
        until("it says that logging in failed", lambda: "logging in" in request(self.world.admin_port, "/readyz", host="localhost").text)
        file.write_text(token_of())
        self.world.start_envoy()
        self.until_served(self.certificate)
        # The account's token is another one meanwhile, as a kubelet renews it.
        file.write_text(token_of(7200))
        logins = self.front.seen["POST /v1/auth/kubernetes/login"]
        until("it logged in again when the token's time was over", lambda: self.front.seen["POST /v1/auth/kubernetes/login"] > logins)
        self.until_served(self.rotate())
        self.until_no_problem()
        self.assert_nowhere(file.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
