"""What stands in front of moto's server for tests, so that signatures count and answers can go wrong. Used by lambda_front.py and ec2_front.py, whose arguments are PORT MOTO_PORT."""
import http.client
import http.server
import re
import socketserver
import sys

def ask_moto(method, target, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]), timeout=30)
    connection.request(method, target, body or None, {name: value for name, value in headers.items() if name != "host"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def assume_role(method, target, headers, body, keys):
    """STS as moto has it; the keys that it gives are good from now on."""
    status, text = ask_moto(method, target, headers, body)
    key, secret, token = (re.search(f"<{name}>([^<]*)</{name}>", text.decode()).group(1) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    keys[key] = [secret, token]
    return status, {}, text


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(answer):
    """`answer(method, target, headers, body)` gives status, headers and body."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, more, text = answer(self.command, self.path, {name.lower(): value.strip() for name, value in self.headers.items()}, body)
            self.send_response(status)
            for name, value in {"content-type": "application/json", "content-length": str(len(text)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = handle_one

        def log_message(self, *arguments):
            pass

    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    print("listening", flush=True)
    server.serve_forever()
