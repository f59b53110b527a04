"""Every golden case, served: a real Envoy for each role takes all of it over xDS and refuses nothing.
SOLDER_CASES names another directory of cases (each a folder with input.yaml); a case of which an object is Rejected is then passed over."""
import os
import pathlib
import re
import signal
import unittest

from harness import BUILD, ROOT, World, get_json, until

GOLDEN = ROOT / "tests/golden/cases"
CASES = pathlib.Path(os.environ.get("SOLDER_CASES", GOLDEN)).resolve()


def header(text, word):
    match = re.search(rf"^# {word}:(.*)$", text, re.MULTILINE)
    return match.group(1).split() if match else []


class ServedCase:
    """A Solder that serves one case."""

    def __init__(self, case):
        self.world = World()
        text = (case / "input.yaml").read_text()
        self.world.write("input.yaml", text)
        plugins = self.world.directory / "plugins"
        plugins.mkdir()
        for name in header(text, "plugins"):
            (plugins / f"{name}.so").symlink_to(BUILD / f"tests/golden/plugins/{name}.so")
        settings = case / "config.yaml"
        self.world.start_solder("--plugin-dir", BUILD / "lib/solder/plugins", "--plugin-dir", plugins, *(["--config", settings] if settings.exists() else []))

    def rejected(self):
        return [report for report in get_json(self.world.admin_port, "/status")["reports"] if report["state"] == "Rejected"]

    def roles(self):
        return sorted(get_json(self.world.admin_port, "/snapshot")["roles"])

    def problem_of(self, role):
        """Starts an Envoy of the role and gives what it refuses; None where it takes everything over."""
        envoy = self.world.start_envoy(f"envoy-{role}", role)
        until("every answer is acknowledged", lambda: self.world.metric("solder_xds_acks_total") + self.world.metric("solder_xds_nacks_total") >= self.world.metric("solder_xds_responses_total"))
        refused = {name: value for name, value in envoy.stats("update_rejected$").items() if value}
        nacks = self.world.metric("solder_xds_nacks_total")
        envoy.end(signal.SIGKILL)
        if not refused and not nacks:
            return None
        words = [line for line in envoy.log.read_text(errors="replace").splitlines() if "rejected" in line]
        return f"{role}: {nacks:.0f} NACKs, {refused}\n" + "\n".join(words[:5])


class ServedCases(unittest.TestCase):
    def test_envoy_takes_over_every_case(self):
        cases = [case for case in sorted(CASES.iterdir()) if (case / "input.yaml").exists()]
        self.assertTrue(cases)
        served = 0
        for case in cases:
            with self.subTest(case.name):
                served += self.serve(case)
        print(f"{served} of {len(cases)} cases were served to an Envoy")
        self.assertGreater(served, 0)

    def serve(self, case):
        if header((case / "input.yaml").read_text(), "no-validate"):
            return False
        one = ServedCase(case)
        try:
            if CASES != GOLDEN and one.rejected():
                return False
            roles = one.roles()
            problems = [problem for problem in map(one.problem_of, roles) if problem]
            self.assertFalse(problems, "\n".join(problems))
            return bool(roles)
        finally:
            one.world.close()


if __name__ == "__main__":
    unittest.main()
