"""docs/reference is what tools/reference/generate.py writes, and the generator says what is missing."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATOR = ROOT / "tools/reference/generate.py"
sys.path.insert(0, str(GENERATOR.parent))
import plugin_facts  # noqa: E402
import schema_rows  # noqa: E402


def run(*arguments):
    return subprocess.run([sys.executable, str(GENERATOR), *map(str, arguments)], capture_output=True, text=True)


class Reference(unittest.TestCase):
    def test_the_committed_pages_are_those_that_would_be_written(self):
        done = run("--check")
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_every_claim_of_every_plugin_has_a_section(self):
        for plugin in plugin_facts.read_plugins(ROOT):
            for claim in plugin.claims:
                page = (ROOT / "docs/reference" / (claim.scope.replace("_type", "_types").replace("_", "-") + ".md")).read_text(encoding="utf-8")
                self.assertIn(f"\n## `{claim.key}`\n", page, claim.scope)


class Tree(unittest.TestCase):
    """A tree of its own, with one plugin."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        (self.root / "core/config").mkdir(parents=True)
        (self.root / "core/config/schemas").symlink_to(ROOT / "core/config/schemas")
        self.plugin = self.root / "plugins/wait"
        (self.plugin / "testdata").mkdir(parents=True)
        self.claim = {"scope": "route", "key": "wait", "schema": {"type": "object", "properties": {
            "atMost": {"type": "string", "format": "duration", "description": "How long; unset: 15s."}, "kind": {"type": "string", "enum": ["A", "B"]}}}}
        self.cases = [{"case": "waits", "scope": "route", "key": "wait", "value": {"atMost": "5s"},
                       "expect": {"fragments": [{"slot": "route_action", "message": {"idleTimeout": "5s"}}]}}]
        self.write()

    def write(self):
        (self.plugin / "manifest.json").write_text(json.dumps({"name": "wait", "provides": [{"id": "solder.options/1", "claims": [self.claim]}]}))
        (self.plugin / "testdata/wait.json").write_text(json.dumps(self.cases))

    def page(self):
        return (self.root / "docs/reference/route.md").read_text()

    def test_a_key_has_its_target_its_fields_and_its_example(self):
        self.assertEqual(0, run(self.root).returncode)
        page = self.page()
        self.assertIn("Envoy: `RouteAction.idle_timeout`", page)
        self.assertIn("| `atMost` | duration | 15s | How long; unset: 15s. |", page)
        self.assertIn("| `kind` | one of `A`, `B` |", page)
        self.assertIn("options:\n  wait:\n    atMost: 5s\n", page)

    def test_a_page_that_is_not_written_anew_is_stale(self):
        self.assertEqual(0, run(self.root).returncode)
        self.assertEqual(0, run("--check", self.root).returncode)
        self.claim["schema"]["properties"]["atMost"]["description"] = "Another sentence."
        self.write()
        stale = run("--check", self.root)
        self.assertEqual(1, stale.returncode)
        self.assertIn("docs/reference/route.md is stale", stale.stdout)
        self.assertNotIn("Another sentence.", self.page())

    def test_a_page_of_a_scope_that_is_gone_is_named(self):
        self.assertEqual(0, run(self.root).returncode)
        self.claim["scope"] = self.cases[0]["scope"] = "virtual_host"
        self.write()
        gone = run(self.root)
        self.assertEqual(1, gone.returncode)
        self.assertIn("docs/reference/route.md is no longer made", gone.stdout)

    def test_a_key_without_a_case_is_named(self):
        self.cases = []
        self.write()
        bare = run(self.root)
        self.assertEqual(1, bare.returncode)
        self.assertIn("route:wait of the plugin wait has no Envoy target", bare.stdout)
        self.assertIn("route:wait of the plugin wait has no example", bare.stdout)
        self.claim["schema"] |= {"x-solder-envoy": ["RouteAction.timeout"], "examples": [{"atMost": "1s"}]}
        self.write()
        self.assertEqual(0, run(self.root).returncode)
        self.assertIn("Envoy: `RouteAction.timeout`", self.page())

    def test_a_key_that_is_always_refused_says_why(self):
        self.cases = [{"scope": "route", "key": "wait", "value": {}, "expect": {"problems": [{"severity": "error", "message": "nobody waits"}]}}]
        self.write()
        self.assertEqual(0, run(self.root).returncode)
        self.assertIn("Envoy: none, it is rejected: nobody waits", self.page())


class Words(unittest.TestCase):
    def test_types(self):
        for schema, words in (({"type": "integer", "format": "uint32", "minimum": 1, "maximum": 9}, "uint32, 1 to 9"), ({"type": "number", "maximum": 9}, "number, at most 9"),
                              ({"type": "array", "items": {"type": "string"}, "minItems": 1}, "list of texts, at least 1 entries"),
                              ({"type": "object", "additionalProperties": {"type": "string"}}, "map of texts"), ({}, "any value"), (True, "any value")):
            self.assertEqual(words, schema_rows.type_words(schema, {}))

    def test_definitions_are_followed(self):
        schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/b"}}}, "$defs": {"b": {"type": "object", "properties": {"c": {"type": "boolean"}}}}}
        self.assertEqual(["a", "a[].c"], [row[0] for row in schema_rows.rows(schema, schema)])

    def test_fields_of_a_target_are_named_as_in_the_proto(self):
        self.assertEqual("append_x_forwarded_host", plugin_facts.snake("appendXForwardedHost"))


if __name__ == "__main__":
    unittest.main()
