"""Writes the sources of a Python package as C++ text: embed_package.py PACKAGE_DIRECTORY OUTPUT.

The output is a list of {"module.name", is_package, R"(source)"} for an array in interpreter.cc.
"""
import pathlib
import sys

LIMIT = 60000  # of one string literal; compilers need not take more than 65,536 characters
END = ")SOLDER"


def literal(text):
    if END in text:
        sys.exit(f"a source holds {END}, which ends the C++ literal it is put into")
    parts = [text[at:at + LIMIT] for at in range(0, len(text), LIMIT)] or [""]
    return " ".join(f'R"SOLDER({part}{END}"' for part in parts)


def main():
    package, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    lines = []
    for source in sorted(package.glob("*.py")):
        is_package = source.stem == "__init__"
        name = package.name if is_package else f"{package.name}.{source.stem}"
        lines.append(f'{{"{name}", {str(is_package).lower()}, {literal(source.read_text())}}},\n')
    output.write_text("".join(lines))


main()
