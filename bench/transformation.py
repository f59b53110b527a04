#!/usr/bin/env python3
"""Transformations by Solder's module against the same by Envoy's Lua filter, in one Envoy: docs/transformations.md.

Usage: transformation.py [--build DIR] [--seconds N] [--rounds N] [--kilobytes N]

A stock Envoy with two workers in front of another one that answers at once. Every way has a route; the load client asks each in
turn, as fast as answers come, and the rounds are interleaved, so that what else the machine does hits all alike. Prints a JSON
line for each way: requests a second and microseconds of Envoy's CPU for one, both the median of the rounds.
 plain               nothing
 header module, lua  two request headers from another header and the path, one response header
 json module         the response body parsed as JSON, two values taken out, and the whole printed in a new object
 text module, lua    the response body as text: one value by a pattern, and the whole in a new object. Lua has no JSON.
The build needs bin/solder-load and lib/solder/envoy.
"""
import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE)]
from harness import processes  # noqa: E402
from harness.envoys import TYPE, address, backend, listener  # noqa: E402
from run import envoy_binary  # noqa: E402

PORT, UPSTREAM_PORT, ADMIN_PORT = 18090, 18091, 18092
MODULES = TYPE + "envoy.extensions.filters.http.dynamic_modules.v3."
LUA = TYPE + "envoy.extensions.filters.http.lua.v3."
HEADER_LUA = """
function envoy_on_request(handle)
  local headers = handle:headers()
  headers:replace("x-user", "user " .. (headers:get("user-agent") or ""))
  headers:replace("x-path", string.sub(headers:get(":path"), 2))
end
function envoy_on_response(handle)
  handle:headers():replace("x-answer", "status " .. handle:headers():get(":status"))
end
"""
TEXT_LUA = """
function envoy_on_response(handle)
  local body = handle:body()
  local text = body:getBytes(0, body:length())
  local name = string.match(text, '"first":"([^"]*)"') or ""
  local size = body:setBytes('{"name":"' .. name .. '","was":' .. text .. '}')
  handle:headers():replace("content-length", tostring(size))
end
"""
HEADER_MODULE = {"requestTransforms": [{
    "requestTransformation": {"transformationTemplate": {"passthrough": {}, "headers": {"x-user": {"text": 'user {{ header("user-agent") }}'}, "x-path": {"text": '{{ substring(header(":path"), 1) }}'}}}},
    "responseTransformation": {"transformationTemplate": {"passthrough": {}, "headers": {"x-answer": {"text": 'status {{ header(":status") }}'}}}}}]}
JSON_MODULE = {"responseTransforms": [{"responseTransformation": {"transformationTemplate": {"body": {"text": '{"name":"{{ first }}","count":{{ length(items) }},"was":{{ context() }}}'}}}}]}
TEXT_MODULE = {"responseTransforms": [{"responseTransformation": {"transformationTemplate": {
    "parseBodyBehavior": "DontParse", "advancedTemplates": True, "extractors": {"name": {"body": {}, "regex": '.*?"first":"([^"]*)".*', "subgroup": 1}},
    "body": {"text": '{"name":"{{ extraction("name") }}","was":{{ body() }}}'}}}}]}


def json_body(kilobytes):
    items = []
    while len(json.dumps(items)) < kilobytes * 1024:
        items.append({"id": len(items), "name": f"item number {len(items)}", "price": len(items) * 1.25, "tags": ["a", "b"], "stock": True})
    return json.dumps({"first": "the first", "items": items}, separators=(",", ":"))


def per_route(name, program):
    return {"solder.transformation": {"@type": MODULES + "DynamicModuleFilterPerRoute", "dynamic_module_config": {"name": name}, "filter_name": "regular",
                                      "filter_config": {"@type": TYPE + "google.protobuf.StringValue", "value": json.dumps(program)}}}


def proxy_config(module):
    off = {"lua": {"@type": LUA + "LuaPerRoute", "disabled": True}}
    ways = {"plain": off, "header_module": {**per_route(module, HEADER_MODULE), **off}, "json_module": {**per_route(module, JSON_MODULE), **off}, "text_module": {**per_route(module, TEXT_MODULE), **off},
            "header_lua": {"lua": {"@type": LUA + "LuaPerRoute", "name": "header"}}, "text_lua": {"lua": {"@type": LUA + "LuaPerRoute", "name": "text"}}}
    routes = [{"match": {"prefix": "/" + way}, "route": {"cluster": "upstream"}, "typed_per_filter_config": config} for way, config in ways.items()]
    filters = [{"name": "solder.transformation", "typed_config": {"@type": MODULES + "DynamicModuleFilter", "dynamic_module_config": {"name": module}, "filter_name": "regular"}},
               {"name": "lua", "typed_config": {"@type": LUA + "Lua", "source_codes": {"header": {"inline_string": HEADER_LUA}, "text": {"inline_string": TEXT_LUA}}}}]
    cluster = {"name": "upstream", "type": "STATIC", "load_assignment": {"cluster_name": "upstream", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(UPSTREAM_PORT)}}]}]}}
    return list(ways), {"admin": {"address": address(ADMIN_PORT)}, "static_resources": {"listeners": [listener(PORT, {"routes": routes}, filters)], "clusters": [cluster]}}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * processes.TICK_MS / 1000


def measure(build, envoy, way, seconds, directory):
    command = [build / "bin/solder-load", "--address", f"127.0.0.1:{PORT}", "--rate", "200000", "--connections", "32", "--seconds", str(seconds), f"bench/{way}"]
    before = cpu_seconds(envoy.process.pid)
    with processes.Child(f"load {way}", command, directory / "load.log", stdout=processes.subprocess.PIPE) as load:
        out, _ = load.process.communicate(timeout=seconds + 60)
    figures = json.loads(out)["targets"][f"bench/{way}"]
    if list(figures) != ["200"]:
        raise processes.Failed(f"{way}: {figures}")
    return figures["200"] / seconds, (cpu_seconds(envoy.process.pid) - before) / figures["200"] * 1e6


def check(way, body):
    """That the way does what it says."""
    answer = processes.http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    answer.request("GET", "/" + way)
    response = answer.getresponse()
    text = response.read().decode()
    good = {"plain": text == body, "header": response.headers["x-answer"] == "status 200"}.get(way.split("_")[0], '"name":"the first"' in text and json.loads(text)["was"] == json.loads(body))
    if not good:
        raise processes.Failed(f"{way} answers {response.status} {response.headers} {text[:200]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kilobytes", type=int, default=10)
    arguments = parser.parse_args()
    modules = arguments.build.resolve() / "lib/solder/envoy"
    module = next(modules.glob("libsolder_transformation-*.so")).name[len("lib"):-len(".so")]
    processes.os.environ["ENVOY_DYNAMIC_MODULES_SEARCH_PATH"] = str(modules)
    body = json_body(arguments.kilobytes)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        ways, proxy = proxy_config(module)
        (directory / "upstream.json").write_text(json.dumps(backend(UPSTREAM_PORT, body)))
        (directory / "proxy.json").write_text(json.dumps(proxy))
        common = [envoy_binary(), "--disable-hot-restart", "--log-level", "error", "--concurrency"]
        with processes.Child("upstream", [*common, "1", "-c", directory / "upstream.json"], directory / "upstream.log"), \
                processes.Child("envoy", [*common, "2", "-c", directory / "proxy.json"], directory / "envoy.log") as envoy:
            end = time.monotonic() + 60
            while True:
                try:
                    for way in ways:
                        check(way, body)
                    break
                except (OSError, processes.Failed):
                    if time.monotonic() > end or envoy.process.poll() is not None:
                        raise
                    time.sleep(0.2)
            rounds = [{way: measure(arguments.build, envoy, way, arguments.seconds, directory) for way in ways} for _ in range(arguments.rounds)]
            for way in ways:
                print(json.dumps({"way": way.replace("_", " "), "requests_s": round(statistics.median(each[way][0] for each in rounds)),
                                  "envoy_cpu_us": round(statistics.median(each[way][1] for each in rounds), 1)}), flush=True)


if __name__ == "__main__":
    main()
