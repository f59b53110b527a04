#!/usr/bin/env python3
"""Writes a C++ header with the field and enum numbers of Envoy's messages, one namespace a message.

Usage: generate_fields.py DESCRIPTOR_SET OUTPUT

envoy.config.route.v3.RouteAction.prefix_rewrite becomes solder::envoy::config::route::v3::RouteAction::kPrefixRewrite.
Enum values keep their names behind a k: ...::Cluster::DiscoveryType::kSTRICT_DNS.
"""
import pathlib
import re
import sys

PACKAGES = re.compile(
    r"^envoy\.(config\.(bootstrap|cluster|core|endpoint|listener|route|accesslog|trace)\.v3|type\.v3|type\.matcher\.v3|service\.discovery\.v3|"
    r"extensions\.(filters\.(http|network|listener)\.[a-z0-9_.]+|transport_sockets\.[a-z0-9_.]+|upstreams\.http\.v3|clusters\.[a-z0-9_.]+))$"
    r"|^google\.protobuf$")


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of each field: bytes, or the number of a varint."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 2:
            length, at = varint(data, at)
            yield tag >> 3, data[at:at + length]
            at += length
        elif tag & 7 == 0:
            value, at = varint(data, at)
            yield tag >> 3, value
        else:
            at += 8 if tag & 7 == 1 else 4


def first(data, number, default=b""):
    return next((value for field, value in fields(data) if field == number), default)


def constant(name):
    return "k" + "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def enum_lines(data, indent):
    name = first(data, 1).decode()
    lines = [f"{indent}namespace {name} {{", f"{indent}enum Value : int32_t {{"]
    for number, value in fields(data):
        if number == 2:
            lines.append(f"{indent}  k{first(value, 1).decode()} = {to_signed(first(value, 2, 0))},")
    return lines + [f"{indent}}};", f"{indent}}}"]


def to_signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def message_lines(data, indent=""):
    name = first(data, 1).decode()
    lines = [f"{indent}namespace {name} {{"]
    own = [value for number, value in fields(data) if number == 2]
    if own:
        lines.append(f"{indent}enum Field : uint32_t {{")
        lines += [f"{indent}  {constant(first(f, 1).decode())} = {first(f, 3)}," for f in own]
        lines.append(f"{indent}}};")
    for number, value in fields(data):
        if number == 4:
            lines += enum_lines(value, indent + "  ")
        elif number == 3 and not is_map_entry(value):
            lines += message_lines(value, indent + "  ")
    return lines + [f"{indent}}}"]


def is_map_entry(data):
    return first(first(data, 7), 7, 0) == 1


def main():
    out = ["// Field numbers of Envoy's messages; generated at build time by cmake/tools/generate_fields.py.",
           "#pragma once", "", "#include <cstdint>", ""]
    for number, file in fields(pathlib.Path(sys.argv[1]).read_bytes()):
        package = first(file, 2).decode()
        if not PACKAGES.match(package):
            continue
        out.append(f"namespace solder::{package.replace('.', '::')} {{")
        for number, value in fields(file):
            if number == 5:
                out += enum_lines(value, "")
            elif number == 4:
                out += message_lines(value)
        out += ["}", ""]
    target = pathlib.Path(sys.argv[2])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(out))


main()
