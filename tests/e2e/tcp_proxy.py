"""A TCP proxy on loopback that a test can cut, point elsewhere, and give an address of its own to come from. It forwards bytes and knows nothing of them."""
import contextlib
import socket
import threading


class TcpProxy:
    """`source`: an address of loopback from which the connections go out, so that the server behind can tell who asks."""

    def __init__(self, target_port, source="127.0.0.1"):
        self.target_port, self.source = target_port, source
        self.is_cut = False
        self.sockets = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target_port), timeout=5, source_address=(self.source, 0))
                server.settimeout(None)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.sockets |= {client, server}
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=ends, daemon=True).start()

    def pump(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        with self.lock:
            self.sockets -= {source, target}

    def drop_all(self):
        """Ends all connections; new ones are taken."""
        with self.lock:
            ends = list(self.sockets)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.is_cut = True
        self.drop_all()

    def mend(self):
        self.is_cut = False

    def point_to(self, port):
        self.target_port = port
        self.drop_all()

    def close(self):
        self.listener.close()
        self.cut()
