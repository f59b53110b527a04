#!/usr/bin/env python3
"""Sources in Python, by the package alone: what they put, list, keep and complete, when they begin anew, fail and end. Needs no host."""
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "plugin_api/sdk/python"))
import solder  # noqa: E402
from solder.testing import load  # noqa: E402

HEAD = '''
import solder
events = []
def named(name, ns="ns"):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": ns}}
@solder.source
class All:
    async def watch(self, store):
'''


class Source(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = pathlib.Path(directory.name) / "all.py"

    def plugin(self, body, head=HEAD):
        self.file.write_text(head + "".join(f"        {line}\n" for line in body.strip().splitlines()))
        return load(self.file)

    def names(self, found):
        return sorted(ref.name for ref in found.objects)

    def test_what_the_manifest_says(self):
        manifest = self.plugin("pass").manifest
        self.assertEqual(["solder.config-watcher/1"], [each["id"] for each in manifest["provides"]])
        self.assertEqual(["solder.loop/1", "solder.http/1", "solder.objects/1"], manifest["needs"])
        with self.assertRaisesRegex(TypeError, "has to have async def watch"):
            self.plugin("pass", HEAD.replace("async def", "def"))
        with self.assertRaisesRegex(ValueError, "one @solder.source"):
            self.plugin("pass", HEAD + "        pass\n@solder.source\nclass Other:\n    async def watch(self, store):\n")

    def test_a_file_may_find_endpoints_and_bring_objects(self):
        both = HEAD + "        pass\n@solder.upstream_type('t', schema=True)\nclass T:\n    def clusters(self, item, out): pass\n    async def discover_endpoints(self, found):\n"
        self.assertEqual(["solder.loop/1", "solder.http/1", "solder.publish/1", "solder.objects/1"], self.plugin("pass", both).manifest["needs"])

    def test_a_list_takes_the_place_of_the_one_before(self):
        body = ("store.replace('Secret', [named('a'), named('b')])\nstore.complete()\nawait store.sleep(10)\nstore.put(named('c'))\nstore.remove('Secret', 'ns', 'a')\n"
                "await store.sleep(10)\nstore.replace('Secret', [named('d', 'other')], namespace='other')\nstore.replace('Secret', [named('b')], namespace='ns')")
        self.assertEqual(["a", "b"], self.names(self.plugin(body).source(seconds=5)))
        self.assertEqual(["b", "c"], self.names(self.plugin(body).source(seconds=15)))
        found = self.plugin(body).source(seconds=25)
        self.assertEqual(["b", "d"], self.names(found))
        self.assertEqual(0, found.complete)

    def test_one_that_returns_is_complete(self):
        self.assertEqual(3, self.plugin("await store.sleep(3)").source(seconds=5).complete)
        self.assertIsNone(self.plugin("await store.sleep(9)").source(seconds=5).complete)

    def test_an_object_that_cannot_be_read_stops_none_of_the_others(self):
        body = ("store.replace('Secret', [named('a')])\nstore.complete()\nawait store.sleep(1)\n"
                "try:\n    store.replace('Secret', [{'kind': 'Secret', 'metadata': {'name': 'odd'}}, named('b')])\n"
                "except ValueError as problem:\n    store.report(solder.Problem(str(problem)))\nawait store.sleep(99)")
        found = self.plugin(body).source(seconds=2)
        self.assertEqual(["a", "b"], self.names(found))
        self.assertEqual([("Secret", "")], found.kept)
        self.assertIn("the object Secret /odd", found.problems[0].message)

    def test_an_exception_is_reported_and_it_is_begun_again(self):
        body = "events.append(1)\nif len(events) < 3:\n    raise KeyError('odd')\nstore.put(named('a'))\nstore.complete()"
        plugin = self.plugin(body)
        during = plugin.source(seconds=0.5)
        self.assertRegex(during.problems[0].message, r"all\.py:\d+: KeyError: 'odd'")
        self.assertEqual(("PluginThrew", None), (during.problems[0].reason, during.complete))
        found = plugin.source(seconds=10)
        self.assertEqual((["a"], [], 1.0), (self.names(found), found.problems, found.complete))

    def test_other_kinds_begin_it_anew(self):
        from solder._source import Sourcing
        from solder.testing import _Services
        plugin = self.plugin("try:\n    events.append([each.kind for each in store.kinds])\n    await store.sleep(99)\nfinally:\n    events.append('ended')")
        sourcing = Sourcing(plugin._declaration, _Services(lambda request: ""))
        sourcing.watch([("Secret", "v1")])
        sourcing.watch([("Secret", "v1"), ("Upstream", "gloo.solo.io/v1")])
        sourcing.end()
        events = plugin._declaration.source.__class__.watch.__globals__["events"]
        self.assertEqual([["Secret"], "ended", ["Secret", "Upstream"], "ended"], events)

    def test_what_became_of_its_objects(self):
        from solder._source import Sourcing
        from solder.testing import _Services
        head = HEAD.replace("    async", "    def status(self, ref, status):\n        events.append((ref.name, status))\n        status['state']\n    async")
        plugin = self.plugin("pass", head)
        sourcing = Sourcing(plugin._declaration, _Services(lambda request: ""))
        ref = solder.Ref("Secret", "ns", "a")
        sourcing.statuses([(ref, ""), (ref, '{"state": "Accepted"}')])  # what it raises for one is no other's
        events = plugin._declaration.source.__class__.watch.__globals__["events"]
        self.assertEqual([("a", None), ("a", {"state": "Accepted"})], events)


class Example(unittest.TestCase):
    def test_the_keyring(self):
        plugin = load(ROOT / "examples/plugins/python/keyring.py")
        self.assertEqual(0, plugin.source(seconds=1).complete, "it is not set up")
        with self.assertRaisesRegex(ValueError, "unknown: uri; there are url"):
            plugin.configure({"uri": "http://k/"})
        plugin.configure({"url": "http://k/", "namespace": "certs", "every": "10s"})
        asked = []

        def respond(request):
            asked.append(request.url)
            entries = [{"name": "shop", "certificate": "c", "key": "k"}]
            return solder.Answer(200, {}, json.dumps(entries).encode()) if len(asked) < 3 else "nobody is there"

        found = plugin.source(respond=respond, seconds=15)
        self.assertEqual({"tls.crt": "c", "tls.key": "k"}, found.named("Secret", "certs", "shop")["stringData"])
        self.assertEqual([], found.problems)
        found = plugin.source(respond=respond, seconds=25)
        self.assertIn("nobody is there", found.problems[0].message)


if __name__ == "__main__":
    unittest.main(verbosity=2)
