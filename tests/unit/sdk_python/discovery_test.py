#!/usr/bin/env python3
"""Coroutines of upstream types, by the package alone: when they begin, go on, fail, are begun again and end. Needs no host."""
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
@solder.upstream_type("finder", schema=True)
class Finder:
    def clusters(self, item, out):
        pass
    async def discover_endpoints(self, found):
'''


def answer(body, status=200):
    return solder.Answer(status, {"x-a": "b"}, json.dumps(body).encode())


class Discovery(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = pathlib.Path(directory.name) / "finder.py"

    def plugin(self, body, head=HEAD):
        self.file.write_text(head + "".join(f"        {line}\n" for line in body.strip().splitlines()))
        return load(self.file)

    def test_what_the_manifest_says(self):
        manifest = self.plugin("pass").manifest
        self.assertEqual(["solder.upstream-type/1", "solder.endpoint-discovery/1"], [each["id"] for each in manifest["provides"]])
        self.assertEqual(["solder.loop/1", "solder.http/1", "solder.publish/1"], manifest["needs"])
        functions = self.plugin("pass", HEAD.replace("endpoints", "functions")).manifest
        self.assertEqual("solder.function-discovery/1", functions["provides"][1]["id"])
        with self.assertRaisesRegex(TypeError, "has to be async def discover_endpoints"):
            self.plugin("pass", HEAD.replace("async def", "def"))
        both = HEAD + "        pass\n    async def discover_functions(self, found):\n"
        with self.assertRaisesRegex(ValueError, "not both"):
            self.plugin("pass", both).manifest  # noqa: B018

    def test_time_passes_between_what_it_does(self):
        found = self.plugin("for i in range(9):\n    found.publish('/n', [{'name': str(i)}])\n    await found.sleep(10)").discover("finder", {}, seconds=25)
        self.assertEqual([(0, "0"), (10, "1"), (20, "2")], [(each.time, each.items[0]["name"]) for each in found.published])
        self.assertEqual("/spec/finder/n", found.published[0].field)

    def test_requests(self):
        body = ("value = found.value\nanswer = await found.request('POST', value['url'], headers={'x-b': 'c'}, body=b'q', bearer=('ns', 's', 'token'))\n"
                "found.publish('/n', [{'name': answer.headers['x-a'], 'of': answer.json(), 'status': answer.status}])")
        found = self.plugin(body).discover("finder", {"url": "http://a/"}, respond=lambda request: answer([1], 404))
        self.assertEqual([{"name": "b", "of": [1], "status": 404}], found.last("/spec/finder/n"))
        request = found.requests[0]
        self.assertEqual(("POST", "http://a/", (("x-b", "c"),), b"q", ("ns", "s", "token")), (*request[:4], request.bearer))

    def test_no_answer_is_an_exception_where_it_was_asked_for(self):
        body = "try:\n    await found.get('http://a/')\nexcept solder.RequestFailed as failed:\n    found.report(solder.Problem(str(failed), field='/url'))"
        found = self.plugin(body).discover("finder", {})
        self.assertEqual([("warning", "DiscoveryFailed", "nobody answers at http://a/", "/spec/finder/url")],
                         [(each.severity, each.reason, each.message, each.field) for each in found.problems])

    def test_an_exception_is_reported_and_it_is_begun_again(self):
        body = "events.append(1)\nif len(events) < 4:\n    raise KeyError('odd')\nfound.publish('/n', [])"
        plugin = self.plugin(body)
        during = plugin.discover("finder", {}, seconds=0.5)
        self.assertRegex(during.problems[0].message, r"finder\.py:\d+: KeyError: 'odd'")
        self.assertEqual("PluginThrew", during.problems[0].reason)
        found = plugin.discover("finder", {}, seconds=100)
        # Two more failures, after one second and after two; then it publishes, and what was wrong is over.
        self.assertEqual([3.0], [each.time for each in found.published])
        self.assertEqual([], found.problems)

    def test_after_something_was_found_a_failure_is_a_first_one(self):
        found = self.plugin("await found.sleep(0.5)\nfound.publish('/n', [])\nraise ValueError()").discover("finder", {}, seconds=7)
        self.assertEqual([0.5, 2.0, 3.5, 5.0, 6.5], [each.time for each in found.published])

    def test_only_what_the_host_gives_can_be_awaited(self):
        found = self.plugin("import asyncio\nawait asyncio.sleep(1)").discover("finder", {}, seconds=0)
        self.assertIn("PluginThrew", found.problems[0].reason)

    def test_what_is_forgotten_ends(self):
        from solder._discovery import Discoverer
        from solder.testing import _Services
        body = "try:\n    while True:\n        found.publish('/n', [])\n        await found.sleep(1)\nfinally:\n    events.append('ended')"
        plugin = self.plugin(body)
        services = _Services(lambda request: "")
        discoverer = Discoverer(plugin._declaration, services)
        upstream = plugin._upstream("finder", {}, None, solder.Ref("Upstream", "ns", "a"))
        discoverer.follow([upstream])
        services.run(2.5)
        discoverer.follow([upstream])  # it has changed: begun anew
        self.assertEqual(4, len(services.found.published))
        discoverer.forget([(solder.Ref("Upstream", "ns", "a"), "")])
        discoverer.forget([(solder.Ref("Upstream", "ns", "b"), "")])
        services.run(100)
        self.assertEqual(4, len(services.found.published))
        events = plugin._declaration.upstream_types["finder"].__class__.discover_endpoints.__globals__["events"]
        self.assertEqual(["ended", "ended"], events)


class Example(unittest.TestCase):
    def test_the_registry(self):
        plugin = load(ROOT / "examples/plugins/python/registry.py")
        entries = [{"name": "a", "address": "10.0.0.1", "port": 80}, {"name": "b", "address": "nowhere", "port": 80}]
        asked = []

        def respond(request):
            asked.append(request.url)
            return answer(entries) if len(asked) < 3 else "it took too long"

        found = plugin.discover("registry", {"url": "http://r/", "every": "10s"}, respond=respond, seconds=25)
        self.assertEqual(["http://r/"] * 3, asked)
        self.assertEqual([entries[0]], found.last("/spec/registry/members"))
        self.assertEqual(["the registry cannot be asked: it took too long"], [each.message for each in found.problems])
        endpoints = plugin.endpoints("registry", {"url": "http://r/", "members": [entries[0]]}).one("load_assignment")
        self.assertIn("10.0.0.1", json.dumps(endpoints))


if __name__ == "__main__":
    unittest.main()
