"""As many blocking queries to Consul as there are services, and nothing else: notes when an answer with how many healthy instances came, which is Consul's
own delay. One thread for all sockets, which reads of the answers what is needed and no more."""
import selectors
import socket
import threading
import time


def body_of(read):
    """The body of an answer that is whole, else None."""
    head, separator, body = read.partition(b"\r\n\r\n")
    if not separator:
        return None
    if b"chunked" in head:
        return body if body.endswith(b"\r\n0\r\n\r\n") else None
    length = int(head.split(b"Content-Length: ", 1)[1].split(b"\r", 1)[0])
    return body if len(body) >= length else None


class BareClient:
    def __init__(self, port, services):
        self.endpoints, self.changed, self.ended = {}, threading.Condition(), False
        self.selector = selectors.DefaultSelector()
        for which in range(services):
            one = socket.create_connection(("127.0.0.1", port))
            self.selector.register(one, selectors.EVENT_READ, [which, b""])
            self.ask(one, which, None)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @staticmethod
    def ask(one, which, index):
        news = "" if index is None else f"?index={index}&wait=300000ms"
        one.sendall(f"GET /v1/health/service/s{which}{news} HTTP/1.1\r\nHost: consul\r\n\r\n".encode())

    def run(self):
        while not self.ended:
            for key, _ in self.selector.select(1):
                key.data[1] += key.fileobj.recv(1 << 18)
                which, read = key.data
                body = body_of(read)
                if body is None:
                    continue
                now = time.monotonic()
                key.data[1] = b""
                self.ask(key.fileobj, which, int(read.split(b"X-Consul-Index: ", 1)[1].split(b"\r", 1)[0]))
                with self.changed:
                    self.endpoints[which] = (body.count(b'"ServiceID":"s') - body.count(b'"Status":"critical"'), now)
                    self.changed.notify_all()

    def wait(self, condition, seconds):
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "answers did not arrive"

    def end(self):
        self.ended = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
