"""Small servers inside of a test, for what the backend cannot show: bytes as they come, and a proxy that tunnels."""
import contextlib
import socket
import threading


class Server:
    """Accepts connections on a free port until closed; `serve(connection)` runs in a thread of its own."""

    def __init__(self, context=None):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.context = context
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self.guard, args=(connection,), daemon=True).start()

    def guard(self, connection):
        with contextlib.suppress(OSError), connection:
            self.serve(self.context.wrap_socket(connection, server_side=True) if self.context else connection)

    def close(self):
        self.socket.close()


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(65536)
        if not data:
            break
        head += data
    return head


class Recorder(Server):
    """Answers each request with 200 and keeps everything before its body as it came."""

    def __init__(self):
        self.heads = []
        super().__init__()

    def serve(self, connection):
        while head := read_head(connection):
            self.heads.append(head.decode("latin-1"))
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")


class ConnectProxy(Server):
    """An HTTP proxy that answers CONNECT and then passes bytes on to `target`, whatever host was asked for."""

    def __init__(self, target, context=None):
        self.target, self.heads = target, []
        super().__init__(context)

    def serve(self, connection):
        self.heads.append(read_head(connection).decode("latin-1"))
        with socket.create_connection(("127.0.0.1", self.target)) as target:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self.pump, args=(target, connection), daemon=True)
            back.start()
            self.pump(connection, target)
            back.join()

    @staticmethod
    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
