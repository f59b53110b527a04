"""docs/reference/reasons.md lists the reasons that the core and the shipped plugins give, and no others."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORD = re.compile(r'"([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|Expired)"')
# Words of the same shape that are no reasons: kinds, operators of label expressions, messages of Envoy's, classes in Python.
KINDS = {"AuthConfig", "ConfigMap", "CustomResourceDefinition", "DeleteOptions", "EndpointSlice", "ExecCredential", "ExternalName", "HttpListenerOption", "ListenerOption", "MatchableHttpGateway", "MatchableTcpGateway", "RateLimitConfig", "RouteOption",
         "RouteTable", "UpstreamGroup", "VirtualHostOption", "VirtualService"}
OPERATORS = {"DoesNotExist", "DoubleEquals", "GreaterThan", "LessThan", "NotEquals", "NotIn"}
CLASSES = {"CallSink", "SideServices", "TookTooLong"}
NUMBERS = {"NaN"}
VALUES = {"DontParse", "ImplementationSpecific"}  # of a user's fields
STAGES = {f"{name}Stage" for name in ("Fault", "Cors", "Waf", "AuthN", "AuthZ", "RateLimit", "Accepted", "OutAuth", "Route")}
AMAZONS = {"DescribeInstancesResponse", "FunctionName", "NextMarker", "RequestLimitExceeded", "TooManyRequests"}  # of its APIs
CONSULS = {"CertPEM", "ConsistentMode", "DefaultMode", "LockDelay", "ModifyIndex", "OpIndex", "PrivateKeyPEM", "RootCert", "StaleMode"}  # of its API, and Gloo's words for it
MESSAGES = {"DatadogConfig", "LuaPerRoute", "OpenTelemetryConfig", "ZipkinConfig"}
# A certificate's time is told with the certificate's part put before it.
BY_PART = {"Expired", "NotYetValid"}
PARTS = ("Ca", "Certificate")


def sources():
    for folder in ("core/config", "core/engine", "core/services", "core/store", "plugins"):
        yield from (ROOT / folder).rglob("*.cc")
    yield from (ROOT / name for name in ("core/host/sink.cc", "core/host/trampoline.cc", "core/host/kept_plugin.cc", "core/host/isolation/keeper.cc", "cli/refusal_book.cc", "plugin_api/sdk/cpp/solder/sdk/grpc_json.hpp"))


def given():
    words = set()
    for file in sources():
        words |= set(WORD.findall(file.read_text(encoding="utf-8")))
    words -= KINDS | OPERATORS | CLASSES | NUMBERS | VALUES | MESSAGES | STAGES | AMAZONS | CONSULS
    return (words - BY_PART) | {part + word for word in words & BY_PART for part in PARTS}


def listed():
    text = (ROOT / "docs/reference/reasons.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[A-Za-z0-9]+` ?)+)\|", text, re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`([A-Za-z0-9]+)`", row)]


class Reasons(unittest.TestCase):
    def test_every_reason_is_listed_once_and_nothing_else(self):
        self.assertGreater(len(given()), 60, "the expression above no longer finds them")
        self.assertEqual(sorted(given()), sorted(listed()))


if __name__ == "__main__":
    unittest.main()
