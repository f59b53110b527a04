"""A WebAssembly filter from a file, run by a real Envoy. The module is put together here, instruction by instruction."""
import unittest

from harness import Case, until
from manifests import prefix_route, upstream, virtual_service

I32, ADD_HEADER = 0x7F, b"proxy_add_header_map_value"
RESPONSE_HEADERS = 2


def number(value):
    """LEB128; for what is not negative and below 2**31, with room for the sign."""
    out = b""
    while value > 0x3F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def vector(items):
    return number(len(items)) + b"".join(items)


def text(value):
    return number(len(value)) + value


def section(kind, content):
    return bytes([kind]) + number(len(content)) + content


def body(*code):
    whole = b"\x00" + b"".join(code) + b"\x0b"
    return number(len(whole)) + whole


def constant(value):
    return b"\x41" + number(value)


def module(name, value):
    """A filter of Proxy-Wasm 0.2.1 that adds the header `name: value` to each answer."""
    def signature(parameters, results):
        return b"\x60" + vector([bytes([I32])] * parameters) + vector([bytes([I32])] * results)

    name_at, value_at = 16, 16 + len(name)
    call = b"".join(map(constant, (RESPONSE_HEADERS, name_at, len(name), value_at, len(value)))) + b"\x10\x00\x1a"
    # Types: 0 five numbers to one (the import), 1 none to none, 2 two to none, 3 two to one, 4 three to one.
    functions = [(b"proxy_abi_version_0_2_1", 1, body()), (b"proxy_on_context_create", 2, body()), (b"proxy_on_vm_start", 3, body(constant(1))),
                 (b"proxy_on_configure", 3, body(constant(1))), (b"proxy_on_response_headers", 4, body(call, constant(0))), (b"malloc", 5, body(constant(1024)))]
    return b"\x00asm\x01\x00\x00\x00" + b"".join([
        section(1, vector([signature(5, 1), signature(0, 0), signature(2, 0), signature(2, 1), signature(3, 1), signature(1, 1)])),
        section(2, vector([text(b"env") + text(ADD_HEADER) + b"\x00\x00"])),
        section(3, vector([number(kind) for _, kind, _ in functions])),
        section(5, vector([b"\x00\x01"])),
        section(7, vector([text(b"memory") + b"\x02\x00"] + [text(function) + b"\x00" + number(index) for index, (function, _, _) in enumerate(functions, 1)])),
        section(10, vector([code for _, _, code in functions])),
        section(11, vector([b"\x00" + constant(name_at) + b"\x0b" + text(name + value)])),
    ])


class Wasm(Case):
    def test_a_filter_from_a_file(self):
        world = self.world
        files = [world.directory / f"{name}.wasm" for name in ("one", "two")]
        for file in files:
            file.write_bytes(module(f"x-{file.stem}".encode(), b"from wasm"))
        filters = ", ".join(f"{{name: {file.stem}, rootId: root, filePath: {file}}}" for file in files)
        world.write("world.yaml", f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: gateway-proxy, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {world.http_port}, httpGateway: {{options: {{wasm: {{filters: [{filters}]}}}}}}}}
---{upstream('one', world.start_backend('one'))}---{virtual_service('routes', prefix_route('/', 'one'))}""")
        world.start_solder()
        world.until_state("Gateway", "gateway-proxy", "Accepted")
        envoy = world.start_envoy()
        answer = world.until_status("/", 200)
        self.assertEqual(("from wasm", "from wasm"), (answer.headers["x-one"], answer.headers["x-two"]))
        # A file that is not there is Envoy's to find out; what served before goes on.
        world.edit("world.yaml", f"filePath: {files[0]}", "filePath: /nowhere.wasm")
        until("Envoy refuses the listener", lambda: sum(envoy.stats("listener_manager.lds.update_rejected$").values()) > 0)
        self.assertIn("/nowhere.wasm", envoy.log.read_text())
        self.assertEqual("from wasm", world.get("/").headers["x-one"])


if __name__ == "__main__":
    unittest.main()
