#!/usr/bin/env python3
"""The Envoy module against the Envoy binary: every function that it calls is there, every hook that it has is known, and it
needs no library that an Envoy image might not have.

Usage: abi_test.py MODULE ENVOY
"""
import re
import subprocess
import sys


def symbols(path, which):
    out = subprocess.run(["nm", "-D", which, path], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines() if line.split()}


def main():
    module, envoy = sys.argv[1:]
    wanted = {name for name in symbols(module, "--undefined-only") if name.startswith("envoy_")}
    hooks = symbols(module, "--defined-only")
    exported = symbols(envoy, "--defined-only")
    known = set(re.findall(rb"envoy_dynamic_module_on_[a-z_]+", open(envoy, "rb").read()))
    problems = [f"Envoy does not export {name}" for name in sorted(wanted - exported)]
    problems += [f"Envoy has no hook {name}" for name in sorted(hooks) if name.encode() not in known]
    problems += [] if wanted and "envoy_dynamic_module_on_http_filter_request_headers" in hooks else ["the module calls or offers nothing"]
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", subprocess.run(["readelf", "-dW", module], capture_output=True, text=True, check=True).stdout)
    problems += [f"the module needs {library}" for library in needed if not re.match(r"(libc|libm|ld-linux[-a-z0-9_]*)\.so", library)]
    if problems:
        sys.exit("\n".join(problems))
    print(f"{len(wanted)} functions and {len(hooks)} hooks are Envoy's; needs {', '.join(needed)}")


if __name__ == "__main__":
    main()
