"""What the tree itself knows about a plugin: its claims from the manifest; what becomes of a key in Envoy, and an example, from the
cases that the plugin's own test runs (plugins/NAME/testdata). So neither can be wrong without a test that fails.

Tested by tests/tools/reference_test.py.
"""
import dataclasses
import json
import pathlib
import re

import yaml

# Slot → the Envoy message that its fragments are parts of (plugin_api/include/solder/items.h).
MESSAGES = {
    "cluster": "Cluster", "front_cluster": "Cluster", "http_protocol_options": "HttpProtocolOptions", "load_assignment": "ClusterLoadAssignment",
    "route": "Route", "route_action": "RouteAction", "redirect_action": "RedirectAction", "weighted_cluster": "WeightedCluster.ClusterWeight",
    "virtual_host": "VirtualHost", "hcm": "HttpConnectionManager", "filter_chain": "FilterChain", "listener": "Listener", "tcp_proxy": "TcpProxy",
}
MAX_EXAMPLE_LINES = 24


@dataclasses.dataclass
class Claim:
    plugin: str
    scope: str  # "upstream_type" for a type of upstreams, "service" for a key of serviceSpec
    key: str
    schema: object
    cases: list
    kin: list = dataclasses.field(default_factory=list)  # claims of the same plugin, key and schema at other scopes

    @property
    def root(self):
        return self.schema if isinstance(self.schema, dict) else {}


@dataclasses.dataclass
class Plugin:
    name: str
    summary: str
    claims: list
    kinds: list


def read_plugin(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    cases = [case for file in sorted((folder / "testdata").glob("*.json")) for case in json.loads(file.read_text(encoding="utf-8"))]
    claims = []
    for capability in manifest["provides"]:
        for claim in capability.get("claims", []):
            scope = claim.get("scope", "service" if claim.get("service") else "upstream_type")
            own = [case for case in cases if case.get("key") == claim["key"] and case.get("scope", scope) == scope]
            claims.append(Claim(manifest["name"], scope, claim["key"], claim["schema"], own))
    for claim in claims:
        claim.kin = [other for other in claims if other is not claim and (other.key, other.schema) == (claim.key, claim.schema)]
    return Plugin(manifest["name"], manifest.get("summary", ""), claims, manifest.get("kinds", []))


def read_plugins(root):
    return [read_plugin(file.parent) for file in sorted(pathlib.Path(root).glob("plugins/*/manifest.json"))]


def snake(name):
    return re.sub(r"[A-Z]", lambda match: "_" + match.group(0).lower(), name)


def fields(fragment):
    message = fragment.get("message")
    return [snake(name) for name in message if name != "@type"] if isinstance(message, dict) else []


def fragment_targets(fragment):
    """A fragment's places in Envoy's configuration, as texts."""
    slot, _, rest = fragment["slot"].partition("/")
    if slot in MESSAGES:
        return [f"`{MESSAGES[slot]}.{field}`" for field in fields(fragment)] or [f"`{MESSAGES[slot]}`"]
    kind = fragment.get("type", "").rsplit(".", 1)[-1]
    if slot in ("http_filter", "network_filter", "upstream_filter"):
        name = {"http_filter": "HTTP filter", "network_filter": "network filter", "upstream_filter": "upstream HTTP filter"}[slot]
        return [f"{name} `{fragment.get('name', '')}` (stage {rest})"]
    if slot == "per_filter":
        return [f"`typed_per_filter_config` of `{rest}`" + (f": `{kind}`" if kind else "")]
    if slot in ("transport_socket", "socket_wrapper"):
        return [f"transport socket `{rest}`" + (f": `{kind}`" if kind else "")]
    if slot == "metadata":
        return [f"metadata `{rest}`"]
    return [f"a {kind} of its own" if kind else "a resource of its own"]


def said_by_schema(schema):
    targets = schema.get("x-solder-envoy", []) if isinstance(schema, dict) else []
    return [f"`{target}`" for target in ([targets] if isinstance(targets, str) else targets)]


def shown(claim):
    """Where the fragments of the claim's cases go."""
    return list(dict.fromkeys(target for case in claim.cases for fragment in case.get("expect", {}).get("fragments", []) for target in fragment_targets(fragment)))


def good(case):
    """Whether the case shows a value that a user may write."""
    return "value" in case and not any(problem.get("severity") == "error" for problem in case.get("expect", {}).get("problems", []))


def refusal(claim):
    """What the plugin says where it refuses every value of the key; else nothing."""
    if any(map(good, claim.cases)) or any(shown(each) for each in (claim, *claim.kin)):
        return ""
    return next((problem["message"] for case in claim.cases for problem in case["expect"]["problems"] if problem["severity"] == "error"), "")


def targets(claim):
    """Where a key goes in Envoy's configuration: what the schema says, else what the cases show, else those of the same key elsewhere."""
    found = said_by_schema(claim.schema) or shown(claim) or next((places for other in claim.kin if (places := shown(other))), [])
    if found or not claim.cases:
        return found
    return [f"none, it is rejected: {refusal(claim)}" if refusal(claim) else "nothing of its own"]


def lines(value):
    return yaml.safe_dump(value, sort_keys=False, width=120, allow_unicode=True).count("\n")


def example(claim):
    """A value for the key: the schema's own, else the case that says most in a few lines. None where there is none."""
    if isinstance(claim.schema, dict) and claim.schema.get("examples"):
        return claim.schema["examples"][0]
    cases = next((each.cases for each in (claim, *claim.kin) if any(map(good, each.cases))), claim.cases if refusal(claim) else [])
    values = [case["value"] for case in cases if good(case) or refusal(claim)]
    short = [value for value in values if lines(value) <= MAX_EXAMPLE_LINES]
    if short:
        return max(short, key=lines)
    return min(values, key=lines) if values else None
