#!/usr/bin/env python3
"""The layout of every struct of the plugin ABI, as a C compiler sees it, is what layout.txt says; so are the constants.

Usage: layout_test.py C_COMPILER INCLUDE_DIRECTORY. With SOLDER_UPDATE_GOLDEN=1 it writes layout.txt anew, which belongs into the
commit that appends to a header. What the directories of frozen versions (1.0) have on record must be there unchanged.
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).with_name("layout.txt")
MAY_RISE = {"SOLDER_ABI_MINOR"}
NEVER_GROW = {"solder_str", "solder_span", "solder_ref", "solder_typed", "solder_item", "solder_header", "solder_file_value"}
COMMENT = re.compile(r"/\*.*?\*/", re.S)
STRUCT = re.compile(r"typedef struct (\w+) \{(.*?)\} \1;", re.S)
ENUM = re.compile(r"\benum \{(.*?)\};", re.S)
CONSTANT = re.compile(r"^#define (SOLDER_(?:ABI|CAP|NOTE|SVC)_\w+|SOLDER_\w+_SIZE_1_0) ", re.M)


def members(body):
    """Names of the members; a function pointer's is the one in (*name)."""
    for declaration in body.split(";"):
        declaration = declaration.strip()
        pointer = re.search(r"\(\*(\w+)\)\s*\(", declaration)
        if pointer:
            yield pointer.group(1)
        elif declaration:
            first, *others = declaration.split(",")
            for part in (first, *others):
                yield re.search(r"(\w+)\s*$", part).group(1)


def program(headers):
    text = {header: COMMENT.sub("", (headers / header).read_text()) for header in
            sorted(str(path.relative_to(headers)) for path in headers.rglob("*.h") if path.name != "envoy_fields.h")}
    lines = [f'#include "{header}"' for header in text]
    lines += ["#include <stdio.h>", '#define NUMBER(x) printf("%s = %lld\\n", #x, (long long)(x))',
              '#define WORD(x) printf("%s = \\"%s\\"\\n", #x, x)', "int main(void) {"]
    structs = 0
    for header, body in text.items():
        lines.append(f'puts("\\n# {header}");')
        for match in CONSTANT.finditer(body):
            value = body[match.end():].split("\n", 1)[0]
            lines.append(f"{'WORD' if value.startswith(chr(34)) else 'NUMBER'}({match.group(1)});")
        for match in ENUM.finditer(body):
            lines += [f"NUMBER({name.split('=')[0].strip()});" for name in match.group(1).split(",") if name.strip()]
        for match in STRUCT.finditer(body):
            structs += 1
            name = match.group(1)
            lines.append(f'printf("{name}: %zu bytes\\n", sizeof({name}));')
            lines += [f'printf("  %3zu +%-2zu {member}\\n", offsetof({name}, {member}), sizeof((({name} *)0)->{member}));'
                      for member in members(match.group(2))]
    lines += ["return 0;", "}"]
    # What the expression above does not see would not be watched over.
    everything = sum(len(re.findall(r"\bstruct \w+ \{", body)) for body in text.values())
    if structs != everything or structs < 15:
        sys.exit(f"{structs} structs understood, {everything} in the headers")
    return "\n".join(lines) + "\n"


def layout(compiler, headers):
    with tempfile.TemporaryDirectory() as scratch:
        source, binary = pathlib.Path(scratch, "layout.c"), pathlib.Path(scratch, "layout")
        source.write_text(program(headers))
        subprocess.run([compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", headers, source, "-o", binary], check=True)
        return subprocess.run([binary], check=True, capture_output=True, text=True).stdout.lstrip("\n")


def understood(text):
    """Constants, and structs as (bytes, members), by name."""
    constants, structs, members_now = {}, {}, {}
    for line in text.splitlines():
        if constant := re.match(r"(\w+) = (.*)", line):
            constants[constant.group(1)] = constant.group(2)
        elif struct := re.match(r"(\w+): (\d+) bytes", line):
            members_now = {}
            structs[struct.group(1)] = (int(struct.group(2)), members_now)
        elif member := re.match(r"\s+(\d+ \+\d+)\s+(\w+)", line):
            members_now[member.group(2)] = member.group(1)
    return constants, structs


def broken(record, today):
    """What a plugin compiled against the record would no longer find."""
    (constants, structs), (constants_now, structs_now) = understood(record), understood(today)
    for name, value in constants.items():
        if constants_now.get(name) != value and name not in MAY_RISE:
            yield f"{name} was {value}, is {constants_now.get(name, 'gone')}"
    for name, (size, fields) in structs.items():
        size_now, fields_now = structs_now.get(name, (0, {}))
        if size_now < size or (name in NEVER_GROW and size_now != size):
            yield f"{name} had {size} bytes, has {size_now}"
        yield from (f"{name}.{field} was at {place}, is at {fields_now.get(field, 'no place')}" for field, place in fields.items() if fields_now.get(field) != place)


def main():
    found = layout(sys.argv[1], pathlib.Path(sys.argv[2]))
    if os.environ.get("SOLDER_UPDATE_GOLDEN"):
        GOLDEN.write_text(found)
    wanted = GOLDEN.read_text() if GOLDEN.exists() else ""
    for record in sorted(GOLDEN.parent.glob("*/layout.txt")):
        recorded = record.read_text()
        # The record is right about its own headers, and would notice.
        assert layout(sys.argv[1], record.parent) == recorded, f"{record.parent} is not to be edited"
        assert list(broken(recorded, re.sub(r"solder_ref: 48", "solder_ref: 56", recorded)))
        if problems := list(broken(recorded, found)):
            sys.exit(f"Plugins compiled against {record.parent.name} would break:\n" + "\n".join(problems))
    if found != wanted:
        sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), found.splitlines(True), "layout.txt", "headers"))
        sys.exit("The ABI's layout has changed. docs/abi.md says what may change; SOLDER_UPDATE_GOLDEN=1 accepts it.")


main()
