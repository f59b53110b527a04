#!/usr/bin/env python3
"""solder.testing and the decorators: what a plugin's author sees without a host."""
import pathlib
import shutil
import subprocess
import tempfile
import textwrap
import unittest

import solder
from solder.testing import load

PACKAGE = pathlib.Path(__file__).resolve().parents[3] / "plugin_api" / "sdk" / "python"
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
                out.filter("waf", "other", type="a.B", disabled=True, only=True, clear=["x.y"])
                out.filter("waf", "third", type="a.B", absent=True)
                out.network_filter("authn", "net", {}, type="a.N")
                out.upstream_filter("route", "up", {}, type="a.U")
                out.resource("r", {"k": 1}, type="a.R")
                out.secret_field("r", "k", "n", "s", key="token")
                out.per_filter("lua", b"\\x0a", type="a.C", field="/f")
                out.metadata("ns", {"k": "v"})
                out.clear("route_action", "retry_policy", "timeout")
                out.secret_use("cert", "n", "s", form="generic", key="token")
            """)
        result = made.option("virtual_service", "a", 1)
        self.assertEqual([(f.slot, f.type, f.message, f.clear) for f in result.fragments], [
            ("http_filter/authz", "a.B", {"x": 1}, ()), ("http_filter/waf", "a.B", b"", ("x.y",)),
            ("http_filter/waf", "a.B", b"", ()), ("network_filter/authn", "a.N", {}, ()),
            ("upstream_filter/route", "a.U", {}, ()), ("resource/r", "a.R", {"k": 1}, ()), ("per_filter/lua", "a.C", b"\n", ()),
            ("metadata/ns", "", {"k": "v"}, ()), ("route_action", "", b"", ("retry_policy", "timeout"))])
        self.assertEqual((result.secret_uses[0].form, result.secret_uses[0].key), (3, "token"))
        self.assertEqual([(f.name, f.disabled, f.only, f.absent) for f in result.fragments[1:3]],
                         [("other", True, True, False), ("third", False, False, True)])
        self.assertEqual(result.fragments[0].weight, -1)
        field = result.secret_fields[0]
        self.assertEqual((field.resource, field.path, field.ref, field.key), ("r", "k", solder.Ref("Secret", "n", "s"), "token"))

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


    def test_state(self):
        text = """
            import solder
            seen = {}
            @solder.save
            def keep(): return %s
            @solder.restore
            def take(version, state): seen[version] = state
            @solder.option("route", "a", schema=True)
            def a(item, out): out.info(repr(seen), reason="Seen")
            """
        for state, shown in (("{'n': 1}", "{'1.0.0': {'n': 1}}"), ("b'j1'", "{'1.0.0': b'j1'}")):
            made = plugin(text % state)
            made.restore("1.0.0", made.save())
            self.assertEqual(made.option("route", "a", 1).problems[0].message, shown)
            self.assertIn({"id": "solder.state/1"}, made.manifest["provides"])
        self.assertIsNone(plugin("import solder").save())
        with self.assertRaisesRegex(ValueError, "go together"):
            plugin("import solder\n@solder.save\ndef keep(): ...").manifest

    def test_a_destinations_schema(self):
        made = plugin("""
            import solder
            @solder.upstream_type("x", schema=True, destination={"type": "object"})
            class X:
                def clusters(self, item, out): ...
            """)
        self.assertEqual(made.manifest["provides"][0]["claims"],
                         [{"key": "x", "schema": True, "destination": {"type": "object"}}])

    def test_where_it_was_thrown(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "deep.py"
            file.write_text("import json, solder\n@solder.option('route', 'a', schema=True)\n"
                            "def a(item, out):\n    json.loads('{')\n")
            message = load(file).option("route", "a", 1).problems[0].message
            self.assertRegex(message, r"deep\.py:4: json\.decoder\.JSONDecodeError: .*\(raised in .*decoder\.py:\d+\)")


class Installed(unittest.TestCase):
    def test_by_pip_and_used_without_a_host(self):
        with tempfile.TemporaryDirectory() as directory:
            source, target = pathlib.Path(directory) / "source", pathlib.Path(directory) / "target"
            shutil.copytree(PACKAGE, source)
            python = "/usr/bin/python3"  # with pip and setuptools, as tools/install-deps.sh has it
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-index", "--no-deps",
                            "--target", target, source], check=True, capture_output=True, timeout=120)
            self.assertTrue((target / "solder/py.typed").is_file(), "type checkers look for it")
            code = (f"from solder.testing import load; import solder; assert solder.__file__.startswith({str(target)!r});"
                    f"print(load({str(EXAMPLES / 'maintenance.py')!r}).manifest['name'])")
            done = subprocess.run([python, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(target)})
            self.assertEqual("maintenance\n", done.stdout, done.stderr)


class Examples(unittest.TestCase):
    def test_blocklist(self):
        result = load(EXAMPLES / "blocklist.py").option("virtual_host", "blocklist", {"agents": ["BadBot", " x"]})
        self.assertIn('"badbot", " x"', result.one("per_filter/blocklist.example.com")["sourceCode"]["inlineString"])
        self.assertEqual([(f.slot, f.disabled) for f in result.fragments][0], ("http_filter/waf", True))
        self.assertEqual([(p.severity, p.field) for p in result.problems], [("warning", "/agents/1")])

    def test_listed(self):
        members = {"kind": "ConfigMap", "metadata": {"namespace": "gloo-system", "name": "m"},
                   "data": {"endpoints": "10.0.0.1:80 oops\n10.0.0.2:81\n"}}
        result = load(EXAMPLES / "listed.py", world=[members]).endpoints("listed", {"configMap": "m"})
        self.assertEqual(len(result.one("load_assignment")["endpoints"][0]["lbEndpoints"]), 2)
        self.assertEqual([p.reason for p in result.problems], ["BadLine"])
        missing = load(EXAMPLES / "listed.py").endpoints("listed", {"configMap": "m"})
        self.assertEqual([p.reason for p in missing.problems], ["ConfigMapNotFound"])
        self.assertEqual(missing.lookups, [solder.Ref("ConfigMap", "gloo-system", "m")])

    def test_moved(self):
        source = {"kind": "Moved", "metadata": {"namespace": "n", "name": "x"}, "spec": {"from": ["a"], "to": "b"}}
        made, = load(EXAMPLES / "moved.py").derive(source).objects
        self.assertEqual((made["kind"], made["metadata"]), ("VirtualService", {"namespace": "n", "name": "moved-x"}))

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
