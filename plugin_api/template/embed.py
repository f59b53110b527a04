"""Puts the templates and what they are built with into one JSON text: embed.py SOURCE_ROOT ENVOY_FIELDS OUTPUT.

{"c": {"Makefile": text, ...}, "cpp": ..., "python": ..., "rust": ..., "go": ...}; cli/plugin_new.cc writes it out.
"""
import json
import pathlib
import sys


def files(directory, below="", pattern="*"):
    directory = pathlib.Path(directory)
    chosen = (path for path in sorted(directory.rglob(pattern)) if path.is_file())
    return {below + str(path.relative_to(directory)).removesuffix(".in"): path.read_text(encoding="utf-8") for path in chosen}


def main():
    root, envoy_fields, output = map(pathlib.Path, sys.argv[1:4])
    template, api, cmake = root / "plugin_api/template", root / "plugin_api", root / "cmake"
    headers = files(api / "include", "sdk/include/", "*.h")
    note = (cmake / "manifest_note.S.in").read_text(encoding="utf-8").replace("@SOLDER_MANIFEST_FILE@", "manifest.json")
    link = {"sdk/plugin.map": (cmake / "plugin.map").read_text(encoding="utf-8")}
    with_language = {
        "c": headers | link,
        "cpp": headers | link | files(api / "sdk/cpp", "sdk/include/", "*.hpp") | {
            "sdk/include/solder/envoy_fields.h": envoy_fields.read_text(encoding="utf-8"), "sdk/manifest_note.S": note},
        "python": {},
        "rust": files(api / "sdk/rust/src", "sdk/rust/src/") | {
            "sdk/rust/Cargo.toml": (api / "sdk/rust/Cargo.toml").read_text(encoding="utf-8")},
        "go": {path: text for path, text in files(api / "sdk/go", "sdk/go/").items() if not path.endswith(("_test.go", ".md"))},
    }
    everything = {language: files(template / "common") | files(template / language) | sdk for language, sdk in with_language.items()}
    output.write_text(json.dumps(everything), encoding="utf-8")


main()
