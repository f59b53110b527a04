#!/usr/bin/env python3
"""`solder crds`: structural schemas by Kubernetes' rules, Gloo's names, and objects of the golden cases pass them. SOLDER names the program."""
import json
import os
import pathlib
import re
import subprocess
import unittest

import yaml

SOLDER = os.environ["SOLDER"]
CASES = pathlib.Path(__file__).resolve().parents[2] / "golden/cases"
OPEN, NUMBER_OR_TEXT = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
# What apiextensions.k8s.io/v1 allows in a structural schema, of what we use.
KEYWORDS = {"type", "properties", "additionalProperties", "items", "required", "enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
            "format", "nullable", "description", "oneOf", "allOf", "anyOf", "not", OPEN, NUMBER_OR_TEXT}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
# Gloo's own definitions, from its Helm chart: plural and short names by kind.
NAMES = {"Gateway": ("gateways.gateway.solo.io", "gw"), "ListenerOption": ("listeneroptions.gateway.solo.io", "lisopts"),
         "HttpListenerOption": ("httplisteneroptions.gateway.solo.io", "hlisopts"), "MatchableTcpGateway": ("tcpgateways.gateway.solo.io", "tgw"), "AuthConfig": ("authconfigs.enterprise.gloo.solo.io", "ac"),
         "MatchableHttpGateway": ("httpgateways.gateway.solo.io", "hgw"), "RouteOption": ("routeoptions.gateway.solo.io", "rtopts"),
         "RouteTable": ("routetables.gateway.solo.io", "rt"), "VirtualHostOption": ("virtualhostoptions.gateway.solo.io", "vhopts"),
         "VirtualService": ("virtualservices.gateway.solo.io", "vs"), "Settings": ("settings.gloo.solo.io", "st"), "Upstream": ("upstreams.gloo.solo.io", "us"),
         "UpstreamGroup": ("upstreamgroups.gloo.solo.io", "ug"), "RateLimitConfig": ("ratelimitconfigs.ratelimit.solo.io", "rlc")}


def definitions(*arguments):
    done = subprocess.run([SOLDER, "crds", "-o", "json", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return {item["spec"]["names"]["kind"]: item for item in json.loads(done.stdout)["items"]}


def schema_of(definition):
    return definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def offences(schema, path="", junctor=False):
    """What breaks the rules of structural schemas."""
    for keyword in schema.keys() - KEYWORDS:
        yield f"{path}: {keyword}"
    typed = schema.get("type")
    if not junctor and typed is None and not schema.get(OPEN) and not schema.get(NUMBER_OR_TEXT):
        yield f"{path}: no type"
    if junctor and schema.keys() & {"type", "description", "nullable", "additionalProperties", OPEN, NUMBER_OR_TEXT}:
        yield f"{path}: not allowed within oneOf and its like"
    if typed is not None and schema.get(NUMBER_OR_TEXT):
        yield f"{path}: a type beside {NUMBER_OR_TEXT}"
    if "properties" in schema and "additionalProperties" in schema:
        yield f"{path}: properties beside additionalProperties"
    if typed == "array" and not isinstance(schema.get("items"), dict):
        yield f"{path}: an array without one schema of items"
    if "properties" in schema and typed != "object" and not junctor:
        yield f"{path}: properties of no object"
    for name, member in schema.get("properties", {}).items():
        yield from offences(member, f"{path}.{name}", junctor)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from offences(schema[keyword], f"{path}.{keyword}", junctor)
    for keyword in ("oneOf", "allOf", "anyOf"):
        for member in schema.get(keyword, []):
            yield from offences(member, f"{path}.{keyword}", True)
    if "not" in schema:
        yield from offences(schema["not"], f"{path}.not", True)


def fits(schema, value):
    return not list(refusals(schema, value))


def refusals(schema, value, path=""):
    """What an API server would say of the value. Unknown fields are pruned and are no matter here."""
    if value is None:
        return [] if schema.get("nullable") or schema.get(OPEN) or not schema else [f"{path}: null"]
    out = []
    typed = schema.get("type")
    if typed and not (isinstance(value, TYPES[typed]) and not (typed in ("integer", "number") and isinstance(value, bool))):
        return [f"{path}: {value!r} is no {typed}"]
    if schema.get(NUMBER_OR_TEXT) and (isinstance(value, bool) or not isinstance(value, (int, str))):
        out.append(f"{path}: {value!r} is neither number nor text")
    if "enum" in schema and value not in schema["enum"]:
        out.append(f"{path}: {value!r}")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        out.append(f"{path}: {value!r} is out of range")
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        out.append(f"{path}: {value!r} has the wrong length")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            out.append(f"{path}: {len(value)} entries")
        for i, item in enumerate(value):
            out += refusals(schema.get("items", {}), item, f"{path}[{i}]")
    if isinstance(value, dict):
        out += [f"{path}.{name}: missing" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            known = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            out += refusals(known, member, f"{path}.{name}") if known else []
    if "oneOf" in schema and sum(fits(each, value) for each in schema["oneOf"]) != 1:
        out.append(f"{path}: not exactly one of {schema['oneOf']}")
    if "allOf" in schema and not all(fits(each, value) for each in schema["allOf"]):
        out.append(f"{path}: not all of {schema['allOf']}")
    if "anyOf" in schema and not any(fits(each, value) for each in schema["anyOf"]):
        out.append(f"{path}: none of {schema['anyOf']}")
    if "not" in schema and fits(schema["not"], value):
        out.append(f"{path}: is {schema['not']}")
    return out


class Crds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = definitions()

    def test_the_names_are_gloos(self):
        for kind, (name, short) in NAMES.items():
            definition = self.found[kind]
            self.assertEqual(name, definition["metadata"]["name"])
            self.assertEqual(["apiextensions.k8s.io/v1", "Namespaced", kind + "List", [short, "g" + short]],
                             [definition["apiVersion"], definition["spec"]["scope"], definition["spec"]["names"]["listKind"], definition["spec"]["names"]["shortNames"]])
            version = definition["spec"]["versions"][0]
            self.assertEqual((True, True, {"status": {}}), (version["served"], version["storage"], version["subresources"]))
        self.assertNotIn("Service", self.found)

    def test_the_schemas_are_structural(self):
        for kind, definition in self.found.items():
            self.assertEqual([], list(offences(schema_of(definition), kind)))
            self.assertEqual({"spec", "status"}, set(schema_of(definition)["properties"]))

    def test_a_rule_that_is_broken_is_found(self):
        for bad in ({"$ref": "x", "type": "string"}, {}, {"type": "array"}, {"type": "string", NUMBER_OR_TEXT: True},
                    {"type": "object", "oneOf": [{"type": "object"}]}, {"type": "object", "properties": {"a": {}}}):
            self.assertTrue(list(offences(bad)), bad)

    def test_they_are_small_enough_for_etcd(self):
        for kind, definition in self.found.items():
            self.assertLess(len(json.dumps(definition)), 1_000_000, kind)

    def test_claimed_keys_are_in_them_and_others_are_kept(self):
        routes = schema_of(self.found["VirtualService"])["properties"]["spec"]["properties"]["virtualHost"]["properties"]["routes"]
        options = routes["items"]["properties"]["options"]
        self.assertEqual("string", options["properties"]["timeout"]["type"])
        self.assertTrue(options[OPEN])
        self.assertNotIn(OPEN, routes["items"])

    def test_bad_values_are_refused(self):
        upstream = schema_of(self.found["Upstream"])
        service = schema_of(self.found["VirtualService"])
        host = {"addr": "a", "port": 1}
        self.assertEqual([], refusals(upstream, {"spec": {"static": {"hosts": [host]}}}))
        self.assertIn("is no array", refusals(upstream, {"spec": {"static": {"hosts": host}}})[0])
        self.assertIn("out of range", refusals(upstream, {"spec": {"static": {"hosts": [{**host, "port": 4294967296}]}}})[0])
        route = {"matchers": [{"prefix": "/"}], "redirectAction": {"hostRedirect": "a", "responseCode": 2}}
        for code in (2, None, "FOUND"):
            route["redirectAction"]["responseCode"] = code
            self.assertEqual([], refusals(service, {"spec": {"virtualHost": {"routes": [route], "options": None}}}))
        route["redirectAction"]["responseCode"] = "TELEPORT"
        self.assertIn("'TELEPORT'", refusals(service, {"spec": {"virtualHost": {"routes": [route]}}})[0])
        both = {"prefix": "/", "exact": "/"}
        self.assertIn("not exactly one", refusals(service, {"spec": {"virtualHost": {"routes": [{"matchers": [both]}]}}})[0])

    def test_objects_of_the_golden_cases_pass(self):
        seen, refused = 0, []
        for file in sorted(CASES.glob("*/input.yaml")):
            errors = {(report["kind"], report.get("name")) for report in yaml.safe_load((file.parent / "expected.yaml").read_text()).get("reports", [])
                      if report["state"] == "Rejected"}
            for document in yaml.safe_load_all(file.read_text()):
                definition = self.found.get((document or {}).get("kind"))
                if definition and (document["kind"], document["metadata"]["name"]) not in errors:
                    seen += 1
                    refused += [f"{file.parent.name} {problem}" for problem in refusals(schema_of(definition), document, document["kind"])]
        self.assertGreater(seen, 100)
        # The keys of the golden run's own plugins are not in these definitions.
        self.assertEqual([], [problem for problem in refused if not re.search(r"echo[ABC]", problem)])

    def test_without_descriptions(self):
        bare = definitions("--without-descriptions")
        self.assertNotIn('"description": "', json.dumps(bare["Gateway"]))
        self.assertIn('"description": "', json.dumps(self.found["Gateway"]))

    def test_yaml_is_the_same(self):
        text = subprocess.run([SOLDER, "crds"], capture_output=True, text=True, timeout=120, check=True).stdout
        self.assertEqual(list(self.found.values()), list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))


if __name__ == "__main__":
    unittest.main()
