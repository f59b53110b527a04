#!/usr/bin/env python3
"""solder.testing and the decorators: what a plugin's author sees without a host."""
import pathlib
import tempfile
import textwrap
import unittest

import solder
from solder.testing import load

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples" / "plugins" / "python"


def plugin(text, name="sample", world=()):
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / f"{name}.py"
        file.write_text(textwrap.dedent(text))
        return load(file, world=world)


class Manifest(unittest.TestCase):
    def test_what_decorators_say(self):
        made = plugin("""
            import solder
            solder.plugin(version="2.0.1", summary="words", filters=[("lua", "authz")], isolation="process")
            @solder.option("route", "a", schema={"type": "string"})
            @solder.option("virtual_host", "a", schema=True)
            def a(item, out): ...
            @solder.derive("ConfigMap", api_version="v1", index=["/metadata/labels/app"])
            def b(source, out): ...
            solder.kind("Pod", api_version="v1")
            """, name="words").manifest
        self.assertEqual(made["name"], "words")
        self.assertEqual(made["version"], "2.0.1")
        self.assertEqual(made["isolation"], "process")
        self.assertEqual([each["id"] for each in made["provides"]], ["solder.options/1", "solder.discovery/1"])
        self.assertEqual([(c["scope"], c["key"]) for c in made["provides"][0]["claims"]],
                         [("route", "a"), ("virtual_host", "a")])
        self.assertEqual([(k["kind"], k["derive"]) for k in made["kinds"]], [("ConfigMap", True), ("Pod", False)])
        self.assertEqual(made["filters"], [{"name": "lua", "stage": "authz"}])

    def test_mistakes_are_told_where_they_are_made(self):
        for text, words in (
            ('@solder.option("rout", "a", schema=True)\ndef f(item, out): ...', "the scope is 'rout'; right are"),
            ('@solder.upstream_type("x", schema=True)\nclass X: ...', "has no method clusters"),
            ('solder.kind("Pod", api_version="v1")\nsolder.kind("Pod", api_version="v1")', "declared twice"),
        ):
            with self.assertRaises((TypeError, ValueError)) as caught:
                plugin("import solder\n" + text)
            self.assertIn(words, str(caught.exception))


class Calls(unittest.TestCase):
    def test_an_exception_is_a_problem_with_its_line(self):
        made = plugin("""
            import solder
            @solder.option("route", "a", schema=True)
            def a(item, out):
                out.fragment("route", {"name": "x"})
                [][1]
            """)
        result = made.option("route", "a", 1)
        self.assertEqual([each.reason for each in result.problems], ["PluginThrew"])
        self.assertRegex(result.problems[0].message, r"sample\.py:6: IndexError: list index out of range")

    def test_an_exit_is_no_exit(self):
        made = plugin("""
            import solder, sys
            @solder.option("route", "a", schema=True)
            def a(item, out): sys.exit(3)
            """)
        self.assertIn("SystemExit", made.option("route", "a", 1).problems[0].message)

    def test_look_ups_are_answered_from_the_world_and_kept(self):
        world = [{"kind": "Pod", "metadata": {"namespace": "n", "name": name, "labels": {"app": app}}}
                 for name, app in (("b", "x"), ("a", "x"), ("c", "y"))]
        made = plugin("""
            import solder
            @solder.option("route", "a", schema=True)
            def a(item, out):
                found = [each.ref.name for each in item.list("Pod", "n", "/metadata/labels/app", "x")]
                out.fragment("route", {"name": ",".join(found)})
                if item.lookup("Pod", "n", "none") is None: out.info("no such pod", reason="None")
            """, world=world)
        result = made.option("route", "a", 1)
        self.assertEqual(result.one("route"), {"name": "a,b"})
        self.assertEqual(result.lookups, [solder.Ref("Pod", "n", "none")])
        self.assertEqual(result.problems[0].severity, "info")

    def test_every_kind_of_item_that_out_gives(self):
        made = plugin("""
            import solder
            @solder.option("virtual_service", "a", schema=True)
            def a(item, out):
                out.filter("authz", "lua", {"x": 1}, type="a.B", weight=-1)
                out.per_filter("lua", b"\\x0a", type="a.C", field="/f")
                out.metadata("ns", {"k": "v"})
                out.clear("route_action", "retry_policy", "timeout")
                out.secret_use("cert", "n", "s", form="generic", key="token")
            """)
        result = made.option("virtual_service", "a", 1)
        self.assertEqual([(f.slot, f.type, f.message, f.clear) for f in result.fragments], [
            ("http_filter/authz", "a.B", {"x": 1}, ()), ("per_filter/lua", "a.C", b"\n", ()),
            ("metadata/ns", "", {"k": "v"}, ()), ("route_action", "", b"", ("retry_policy", "timeout"))])
        self.assertEqual((result.secret_uses[0].form, result.secret_uses[0].key), (3, "token"))

    def test_configuration(self):
        made = plugin("""
            import solder
            @solder.configure
            def take(config):
                global text
                text = config["text"]
            @solder.option("route", "a", schema=True)
            def a(item, out): out.fragment("route", {"name": text})
            """)
        made.configure({"text": "t"})
        self.assertEqual(made.option("route", "a", 1).one("route"), {"name": "t"})


class Examples(unittest.TestCase):
    def test_maintenance(self):
        result = load(EXAMPLES / "maintenance.py").option("route", "maintenance", {"text": "soon", "retryAfter": "90s"})
        answer, header = result.all("route")
        self.assertEqual(answer["directResponse"]["body"], {"inlineString": "soon"})
        self.assertEqual(header["responseHeadersToAdd"][0]["header"], {"key": "retry-after", "value": "90"})

    def test_pool(self):
        pool = load(EXAMPLES / "pool.py")
        result = pool.clusters("pool", {"members": ["10.0.0.1:80", "10.0.0.2:81=3"]})
        weights = [each["loadBalancingWeight"] for each in result.one("load_assignment")["endpoints"][0]["lbEndpoints"]]
        self.assertEqual(weights, [1, 3])
        bad = pool.clusters("pool", {"members": ["10.0.0.1:80", "nowhere"]})
        self.assertEqual([(p.reason, p.field) for p in bad.problems], [("BadMember", "/members/1")])
        policy = pool.destinations("pool", {"members": [], "sticky": "x-user"}).one("route_action")
        self.assertEqual(policy, {"hashPolicy": [{"header": {"headerName": "x-user"}}]})


if __name__ == "__main__":
    unittest.main()
