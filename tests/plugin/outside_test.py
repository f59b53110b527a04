#!/usr/bin/env python3
"""Plugins by strangers: built outside of the tree from what `cmake --install --component sdk` puts down, and loaded.

Usage: outside_test.py CMAKE BUILD_DIRECTORY EXAMPLES PROBE C_COMPILER
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD, EXAMPLES, PROBE, COMPILER = sys.argv[1:6]
EXAMPLES = pathlib.Path(EXAMPLES)
EXAMPLE = EXAMPLES / "closed"
RECORD = EXAMPLES.parents[1] / "tests/abi/1.0"
SHARED = ["-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"]
C = ["-std=c11", *SHARED]
CPP = ["-std=c++20", "-fvisibility-inlines-hidden", *SHARED]
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Outside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="solder-outside-"))
        cls.prefix = cls.scratch / "prefix"
        run(CMAKE, "--install", BUILD, "--component", "sdk", "--prefix", cls.prefix)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    def plugin_directory(self):
        directory = self.scratch / f"plugins-{self._testMethodName}"
        directory.mkdir()
        return directory

    def assert_loads(self, directory, name="maintenance", key="maintenance"):
        plugins = json.loads(run(PROBE, directory, self.scratch / "copies"))["plugins"]
        self.assertEqual([(p["name"], p["state"]) for p in plugins], [(name, "loaded")], plugins)
        self.assertEqual(plugins[0]["claims"], [{"scope": "route", "key": key}])
        self.assertEqual(plugins[0]["warnings"], [])

    def test_plain_c_by_one_command(self):
        directory = self.plugin_directory()
        run(COMPILER, *STRICT, "-I", self.prefix / "include", EXAMPLES / "maintenance/maintenance.c", "-o", directory / "a.so")
        self.assert_loads(directory)

    def test_plain_c_with_the_version_script_optimised_and_stripped(self):
        directory = self.plugin_directory()
        script = next(self.prefix.rglob("plugin.map"))
        run(COMPILER, *STRICT, "-O2", "-flto", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-s",
            f"-Wl,--version-script={script}", "-I", self.prefix / "include", EXAMPLES / "maintenance/maintenance.c",
            "-o", directory / "a.so")
        self.assert_loads(directory)

    def test_cpp_with_the_cmake_package(self):
        directory = self.plugin_directory()
        project = self.scratch / "maintenance"
        shutil.copytree(EXAMPLES / "maintenance_cpp", project)
        run(CMAKE, "-B", project / "build", "-S", project, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run(CMAKE, "--build", project / "build")
        shutil.copy(project / "build/lib/solder/plugins/maintenance.so", directory)
        self.assert_loads(directory)
        # The manifest is a part of the library: changing it alone builds it anew.
        manifest = project / "manifest.json"
        source = project / "maintenance.cc"
        for file in (manifest, source):
            file.write_text(file.read_text().replace('"maintenance"', '"renamed"', 1))
        manifest.write_text(manifest.read_text())
        run(CMAKE, "--build", project / "build")
        shutil.copy(project / "build/lib/solder/plugins/maintenance.so", directory)
        self.assert_loads(directory, "renamed")

    def test_the_example_by_hand_as_the_guide_has_it(self):
        directory = self.plugin_directory()
        example, work, package = EXAMPLE, self.scratch / "by-hand", self.prefix / "lib/cmake/Solder"
        work.mkdir()
        manifest = json.dumps(json.loads((example / "manifest.json").read_text()))
        (work / "manifest.c").write_text(f'#include "solder/manifest.h"\nSOLDER_MANIFEST({json.dumps(manifest)});\n')
        guide = (EXAMPLE.parents[2] / "docs/plugins/writing.md").read_text()
        commands = guide[guide.index("gcc -c"):guide.index("```\n\nA plugin in C")].replace("\\\n", "")
        commands = commands.replace("DIR/lib/cmake/Solder", str(package)).replace("DIR", str(self.prefix)).replace("closed.cc", str(example / "closed.cc"))
        run("bash", "-euc", commands, cwd=work)
        shutil.copy(work / "closed.so", directory)
        self.assert_loads(directory, "closed", key="closed")

    def test_plugins_of_the_recorded_contract(self):
        for compiler in (COMPILER, "clang-14"):
            if shutil.which(compiler) is None:
                continue
            for language, flags, sources in (("c", C, [EXAMPLES / "maintenance/maintenance.c"]), ("c++", CPP, self.recorded_cpp())):
                with self.subTest(compiler=compiler, language=language):
                    directory = self.scratch / f"recorded-{pathlib.Path(compiler).name}-{language}"
                    directory.mkdir()
                    run(compiler, *flags, f"-Wl,--version-script={next(self.prefix.rglob('plugin.map'))}", "-I", RECORD, "-I", self.prefix / "include", "-x", language, *sources, "-lstdc++", "-o", directory / "a.so")
                    self.assert_loads(directory)

    def recorded_cpp(self):
        """The C++ example and its manifest, as sources."""
        manifest = self.scratch / "manifest_of_cpp.cc"
        text = json.dumps(json.loads((EXAMPLES / "maintenance_cpp/manifest.json").read_text()))
        manifest.write_text(f'#include "solder/manifest.h"\nSOLDER_MANIFEST({json.dumps(text)});\n')
        return [EXAMPLES / "maintenance_cpp/maintenance.cc", manifest]

    def test_every_header_stands_alone(self):
        headers = sorted(path for path in (self.prefix / "include/solder").rglob("*.h") if path.name != "envoy_fields.h")
        self.assertGreaterEqual(len(headers), 6)
        for header in headers:
            for language, standard in (("c", "c11"), ("c++", "c++20")):
                run(COMPILER, f"-std={standard}", "-x", language, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                    "-I", self.prefix / "include", "-include", header, "/dev/null")

    def test_what_is_installed(self):
        names = {path.name for path in self.prefix.rglob("*") if path.is_file()}
        self.assertLessEqual({"envoy_fields.h", "SolderConfig.cmake", "SolderConfigVersion.cmake", "SolderAddPlugin.cmake",
                              "plugin.map", "manifest_note.S.in", "manifest.h", "options.h", "upstream_type.h"}, names)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
