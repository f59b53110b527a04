"""Every path that docs/where-is.md and the README name exists, and the README's plugin is the one that is tested."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# `core/engine/route.cc` or `tests/golden/cases/route-*` in backquotes: a path below one of the tree's folders.
PATH = re.compile(r"`((?:\.ci|bench|cli|cmake|core|deploy|docs|examples|plugin_api|plugins|tests|tools)/[A-Za-z0-9_.*/-]*)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")


def missing(document):
    text = document.read_text(encoding="utf-8")
    lost = [name for name in PATH.findall(text) if not any(ROOT.glob(name.rstrip("/")))]
    return lost + [name for name in LINK.findall(text) if not (document.parent / name).exists()]


class WhereIs(unittest.TestCase):
    def test_the_map_names_paths(self):
        self.assertGreater(len(PATH.findall((ROOT / "docs/where-is.md").read_text(encoding="utf-8"))), 30)

    def test_every_path_and_link_in_the_documentation_exists(self):
        documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]
        lost = {str(document.relative_to(ROOT)): names for document in documents if (names := missing(document))}
        self.assertEqual({}, lost)

    def test_the_plugin_in_the_readme_is_the_example(self):
        shown = re.search(r"```cpp\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S).group(1)
        self.assertIn(shown, (ROOT / "examples/plugins/maintenance_cpp/maintenance.cc").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
