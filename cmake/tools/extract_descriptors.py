#!/usr/bin/env python3
"""Writes a FileDescriptorSet with every .proto file that an Envoy binary carries.

Usage: extract_descriptors.py ENVOY_BINARY OUTPUT

Generated C++ code keeps each file's serialized FileDescriptorProto as a constant. It starts with field 1 (the file's
name) directly followed by field 2 (its package), and ends where the next bytes no longer are a field of that message.
Source of the layout: google/protobuf/descriptor.proto.
"""
import pathlib
import re
import sys

ROOTS = rb"(?:envoy|cel|udpa|xds|validate|google|opencensus|opentelemetry|io/prometheus|contrib)"
START = re.compile(rb"\x0a([\x08-\x7f])(" + ROOTS + rb"/[A-Za-z0-9_/.\-]+?\.proto)\x12")
LENGTH_FIELDS = {2, 3, 4, 5, 6, 7, 8, 9, 12, 15}
VARINT_FIELDS = {10, 11, 14}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at


def end_of_file_descriptor(data, at):
    """Where the message ends that starts at `at` with its name."""
    length, at = varint(data, at + 1)
    at += length
    while at < len(data):
        tag, after = varint(data, at)
        field, wire_type = tag >> 3, tag & 7
        if wire_type == 2 and field in LENGTH_FIELDS:
            length, after = varint(data, after)
            if after + length > len(data):
                break
            at = after + length
        elif wire_type == 0 and field in VARINT_FIELDS:
            _, at = varint(data, after)
        else:
            break
    return at


def main():
    data = pathlib.Path(sys.argv[1]).read_bytes()
    files = {}
    for match in START.finditer(data):
        name = match.group(2)
        if match.group(1)[0] == len(name):
            files[name] = data[match.start():end_of_file_descriptor(data, match.start())]
    if b"envoy/config/cluster/v3/cluster.proto" not in files:
        sys.exit(f"{sys.argv[1]}: holds no Envoy message descriptors")
    out = bytearray()
    for name in sorted(files):
        body = files[name]
        out.append(0x0A)
        length = len(body)
        while length >= 0x80:
            out.append(length & 0x7F | 0x80)
            length >>= 7
        out.append(length)
        out += body
    target = pathlib.Path(sys.argv[2])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(out)
    print(f"{len(files)} message files")


main()
