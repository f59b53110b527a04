#!/usr/bin/env python3
"""Writes docs/reference/: every option of every scope, from the schemas in plugins/*/manifest.json and core/config/schemas/.

Usage: generate.py [--check] [ROOT]. With --check nothing is written, and pages that are not as they would be written are named; exit 1 if
there is one. A key without an Envoy target or an example is a mistake (exit 1): give the plugin a case, or its schema `x-solder-envoy` or
`examples` (docs/plugins/schema.md). Tested by tests/tools/reference_test.py.
"""
import argparse
import json
import pathlib
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import plugin_facts  # noqa: E402
import schema_rows  # noqa: E402

MARK = "<!-- Made by tools/reference/generate.py from the schemas; `make reference` writes it anew. -->"

# Scope → page, title, where its keys stand, and the place of an example.
SCOPES = {
    "route": ("route", "Options of routes", "`options` of a route in a VirtualService or RouteTable, and of a RouteOption", ["options"]),
    "virtual_host": ("virtual-host", "Options of virtual hosts", "`spec.virtualHost.options` of a VirtualService, and `spec.options` of a VirtualHostOption",
                     ["spec", "virtualHost", "options"]),
    "weighted_destination": ("weighted-destination", "Options of weighted destinations", "`options` of a destination in `multi` or of an UpstreamGroup", ["options"]),
    "virtual_service": ("virtual-service", "TLS of virtual services and TCP hosts",
                        "`spec` of a VirtualService, a TCP host, and the `matcher` of a part of a hybrid gateway", ["spec"]),
    "upstream_type": ("upstream-types", "Types of upstreams", "`spec` of an Upstream, one of them", ["spec"]),
    "service": ("service", "Services of upstreams", "`serviceSpec` of an upstream's type, one of them", ["spec", "static", "serviceSpec"]),
    "upstream": ("upstream", "Options of upstreams", "`spec` of an Upstream", ["spec"]),
    "gateway": ("gateway", "Options of gateways (listeners)", "`spec.options` of a Gateway", ["spec", "options"]),
    "http_gateway": ("http-gateway", "Options of HTTP gateways", "`options` of an `httpGateway`: of a Gateway, a part of a hybrid gateway, a MatchableHttpGateway",
                     ["spec", "httpGateway", "options"]),
    "tcp_gateway": ("tcp-gateway", "Options of TCP gateways", "`options` of a `tcpGateway`", ["spec", "tcpGateway", "options"]),
    "settings": ("settings", "Options of Settings that plugins bring", "`spec` of the Settings object; what the core reads itself stands in [objects](objects.md#settings)", ["spec"]),
}
# Kinds of the core: file in core/config/schemas → name. The parts that they share are a section of their own.
KINDS = {"virtual_service": "VirtualService", "route_table": "RouteTable", "upstream": "Upstream", "upstream_group": "UpstreamGroup", "gateway": "Gateway",
         "matchable_http_gateway": "MatchableHttpGateway", "route_option": "RouteOption", "virtual_host_option": "VirtualHostOption",
         "listener_option": "ListenerOption", "http_listener_option": "HttpListenerOption", "matchable_tcp_gateway": "MatchableTcpGateway", "settings": "Settings",
         "secret": "Secret"}


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def table(schema, root):
    found = list(schema_rows.rows(schema, root))
    if not found:
        return []
    out = ["", "| Field | Type | Default | Meaning |", "|---|---|---|---|"]
    return out + [f"| `{where}` | {cell(kind)} | {cell(default)} | {cell(meaning)} |" for where, kind, default, meaning in found]


def excluded(schema, root):
    found = list(dict.fromkeys(schema_rows.exclusions(schema, root)))
    return ["", "Exclude each other: " + "; ".join(found) + "."] if found else []


def nested(value, path):
    for name in reversed(path):
        value = {name: value}
    return yaml.safe_dump(value, sort_keys=False, width=120, allow_unicode=True).rstrip()


def section(claim, place, problems):
    whose = f"{claim.scope}:{claim.key} of the plugin {claim.plugin}"
    targets, example = plugin_facts.targets(claim), plugin_facts.example(claim)
    if not targets:
        problems.append(f"{whose} has no Envoy target: a case in plugins/{claim.plugin}/testdata with fragments, or x-solder-envoy in its schema")
    if example is None:
        problems.append(f"{whose} has no example: a case in plugins/{claim.plugin}/testdata without problems, or examples in its schema")
    schema = schema_rows.resolved(claim.schema, claim.root)
    description = schema.get("description", "") if isinstance(schema, dict) else ""
    out = ["", f"## `{claim.key}`", "", description, "",
           f"Plugin [{claim.plugin}](../../plugins/{claim.plugin}) · {schema_rows.type_words(schema, claim.root)}"
           + (f" · unset: {default}" if isinstance(schema, dict) and (default := schema_rows.default_words(schema)) else "")
           + f" · Envoy: {', '.join(targets)}"]
    out += table(schema, claim.root) + excluded(schema, claim.root)
    return out + ["", "```yaml", nested(example, place + [claim.key]), "```"]


def scope_page(scope, claims, problems):
    _, title, where, place = SCOPES[scope]
    out = [f"# {title}", "", MARK, "", f"They stand in {where}.", "", "| Option | Plugin | What it does |", "|---|---|---|"]
    for claim in claims:
        description = claim.schema.get("description", "") if isinstance(claim.schema, dict) else ""
        out.append(f"| [`{claim.key}`](#{claim.key.lower()}) | [{claim.plugin}](../../plugins/{claim.plugin}) | {cell(description)} |")
    for claim in claims:
        out += section(claim, place, problems)
    return "\n".join(out) + "\n"


def core_parts(root):
    folder = root / "core/config/schemas"
    defs = json.loads((folder / "defs.json").read_text(encoding="utf-8"))
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in KINDS}, defs


def without_parts(schema, known):
    """The schema with each named part as a link instead of its fields."""
    if isinstance(schema, list):
        return [without_parts(each, known) for each in schema]
    if not isinstance(schema, dict):
        return schema
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    if name in known:
        part = {key: value for key, value in known[name].items() if key in ("type", "format", "description")}
        link = f"As in [{name}](#{name.lower()})."
        own = schema.get("description", part.get("description", ""))
        return {**part, "description": f"{own} {link}".strip()} if part.get("type") == "object" else {**part, "description": link}
    return {key: without_parts(value, known) for key, value in schema.items()}


def as_on_its_page(key, schema):
    return {"type": schema.get("type", "object"), "description": f"As in [settings](settings.md#{key.lower()})."}


def objects_page(root, plugins):
    kinds, defs = core_parts(root)
    out = ["# Objects", "", MARK, "", "What the core knows of each kind, below `spec` (a Secret: from its root). Options are claimed by plugins and stand on pages of",
           "their own ([index](README.md)). Names may be written in snake_case as well."]
    claimed = {claim.key for plugin in plugins for claim in plugin.claims if claim.scope == "settings"}
    for name, title in KINDS.items():
        schema = without_parts(kinds[name], defs)
        if name == "settings":
            schema["properties"] = {key: as_on_its_page(key, value) if key in claimed else value for key, value in schema["properties"].items()}
        out += ["", f"## {title}", "", kinds[name].get("description", "")] + table(schema, {**defs, "$defs": kinds[name].get("$defs", {})}) + excluded(schema, kinds[name])
    out += ["", "# Parts that several kinds share"]
    for name, part in sorted(defs.items()):
        schema = without_parts(part, defs)
        out += ["", f"## {name}", "", part.get("description", "")] + table(schema, {}) + excluded(schema, {})
    out += ["", "# Kinds that plugins read"]
    for plugin in plugins:
        for kind in plugin.kinds:
            schema = kind["schema"] if isinstance(kind["schema"], dict) else {}
            out += ["", f"## {kind['kind']}", "", f"`{kind['api_version']}`, read by the plugin [{plugin.name}](../../plugins/{plugin.name}). "
                    + schema.get("description", "")] + table(schema, schema)
    return "\n".join(out) + "\n"


def index_page(by_scope):
    out = ["# Reference", "", MARK, "", "Every option that the shipped plugins serve: what it is, which plugin brings it, what becomes of it in Envoy, and an example.",
           "", "| Page | Options |", "|---|---|", "| [Objects](objects.md) | what the core knows of each kind |",
           "| [Reasons](reasons.md) | the words in statuses |", "| [Status](status.md) | what a status is |"]
    for scope, (page, title, _, _) in SCOPES.items():
        if by_scope.get(scope):
            out.append(f"| [{title}]({page}.md) | {len(by_scope[scope])} |")
    out += ["", "## Every option", "", "| Option | Where | Plugin | Envoy |", "|---|---|---|---|"]
    every = sorted(((claim.key.lower(), list(SCOPES).index(scope), claim) for scope, claims in by_scope.items() for claim in claims), key=lambda each: each[:2])
    for _, _, claim in every:
        page = SCOPES[claim.scope][0]
        out.append(f"| [`{claim.key}`]({page}.md#{claim.key.lower()}) | {claim.scope.replace('_', ' ')} | [{claim.plugin}](../../plugins/{claim.plugin}) | "
                   f"{', '.join(plugin_facts.targets(claim))} |")
    return "\n".join(out) + "\n"


def pages(root):
    """File name → text of every page, and what is wrong with the sources."""
    problems, by_scope = [], {}
    plugins = plugin_facts.read_plugins(root)
    for plugin in plugins:
        for claim in plugin.claims:
            by_scope.setdefault(claim.scope, []).append(claim)
    for claims in by_scope.values():
        claims.sort(key=lambda claim: (claim.key.lower(), claim.plugin))
    out = {f"{SCOPES[scope][0]}.md": scope_page(scope, by_scope[scope], problems) for scope in SCOPES if by_scope.get(scope)}
    return {**out, "objects.md": objects_page(root, plugins), "README.md": index_page(by_scope)}, problems


def main():
    parser = argparse.ArgumentParser(description="Writes docs/reference from the schemas")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page is stale")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    options = parser.parse_args()
    folder = options.root / "docs/reference"
    made, problems = pages(options.root)
    if not options.check:
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        file = folder / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            problems.append(f"docs/reference/{name} is stale; make reference writes it anew")
        else:
            file.write_text(text, encoding="utf-8")
    for file in sorted(folder.glob("*.md")):
        if file.name not in made and MARK in file.read_text(encoding="utf-8"):
            problems.append(f"docs/reference/{file.name} is no longer made; remove it")
    print("\n".join(problems) if problems else f"reference: {len(made)} pages are right")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
