"""A Cloud Controller, its UAA and the platform's internal DNS for tests. None of them runs here: this follows the published behaviour of the v3 API (pages, `include`, errors, rate limits, lists that leave out what a
user may not read), of UAA's /oauth/token (password, client_credentials and refresh_token grants, Basic credentials) and of container-to-container DNS (INDEX.HOST.apps.internal). What it answers is made of the objects
in tests/e2e/cloud_foundry/*.json, which have the fields of the published examples.

Usage: cloud_foundry_server.py PORT DNS_PORT

PUT /test/world {"shop/prod": {"apps": {"cart": {"state", "labels", "web": [{"state", "ip", "host", "external", "routable"}], "routes": {"cart.apps.internal": port}}}}}; PUT /test/faults changes what goes wrong: see
`faults`. GET /test/seen tells what came.
"""
import base64
import collections
import copy
import email.utils
import http.server
import json
import pathlib
import secrets
import socket
import socketserver
import struct
import sys
import threading
import time
import urllib.parse
import uuid

DATA = pathlib.Path(__file__).parent / "cloud_foundry"
TEMPLATES = {path.stem: path.read_text(encoding="utf-8") for path in DATA.glob("*.json")}
ERRORS = json.loads(TEMPLATES["errors"])
API = f"http://127.0.0.1:{sys.argv[1]}"
INTERNAL, TCP = "apps.internal", "tcp.example.org"

lock = threading.RLock()
world = {}
users = {"reader": "pass word&1"}
clients = {"cf": "", "solder": "s3cr3t/+:x"}
access, refresh = {}, {}  # tokens: until when, and of whom
limit = {"count": 0, "until": 0.0}
faults = {
    "errors": 0,  # so many of the next requests to the API are answered 500
    "garbage": 0,  # so many with what is no answer
    "endless": None,  # the list that has no end, and how: ["apps", "again" | "more" | "elsewhere"]
    "page": 5000,  # how many objects there are on a page at most
    "token_life": 600,  # seconds
    "no_refresh": False,  # UAA does not take refresh tokens
    "revoke": False,  # no access token is taken any more
    "limit": None,  # [requests, seconds]: as the Cloud Controller's limiter counts
    "hidden": [],  # "org/space" that the user may not read
    "forbidden": [],  # lists that are answered 403
    "forbidden_stats": False,
    "users": None,  # other ones from now on
    "clock": 0,  # seconds that its clock is ahead
}
seen = {"requests": 0, "paths": collections.Counter(), "statuses": collections.Counter(), "grants": collections.Counter(), "logins_refused": 0}


def guid(*words):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(words)))


def made(template, own_guid, **fields):
    """An object as the published example has it, with these members."""
    out = json.loads(TEMPLATES[template].replace("{api}", API).replace("{uaa}", API).replace("{guid}", own_guid))
    out.update(guid=own_guid, **fields)
    return out


def relationships(**related):
    return {name: {"data": {"guid": value}} for name, value in related.items()}


def readable():
    return {name: space for name, space in world.items() if name not in faults["hidden"]}


def domain_of(url):
    if url.partition(":")[0] == TCP:
        return TCP
    return INTERNAL if url.endswith("." + INTERNAL) else url.partition("/")[0].partition(".")[2]


def spaces():
    for name in readable():
        org, space = name.split("/")
        yield made("space", guid(name), name=space, relationships=relationships(organization=guid(org)))


def apps():
    for name, space in readable().items():
        for app, how in space["apps"].items():
            yield made("app", guid(name, app), name=app, state=how.get("state", "STARTED"), relationships=relationships(space=guid(name)),
                       metadata={"labels": how.get("labels", {}), "annotations": {}})


def destination(name, app, port, protocol):
    out = json.loads(TEMPLATES["destination"])
    out.update(guid=guid(name, app, str(port)), app={"guid": guid(name, app), "process": {"type": "web"}}, port=port, protocol=protocol)
    return out


def routes():
    by_url = {}
    for name, space in readable().items():
        for app, how in space["apps"].items():
            for url, port in how.get("routes", {}).items():
                host, _, path = url.partition("/")
                domain, tcp = domain_of(url), domain_of(url) == TCP
                route = by_url.setdefault(url, made("route", guid(url), url=url, host="" if tcp else host.removesuffix("." + domain), path=f"/{path}" if path else "", protocol="tcp" if tcp else "http",
                                                    port=int(url.partition(":")[2]) if tcp else None, relationships=relationships(space=guid(name), domain=guid(domain))))
                route["destinations"].append(destination(name, app, port, how.get("protocol", "http1")))
    return by_url.values()


def processes():
    for name, space in readable().items():
        for app, how in space["apps"].items():
            for kind in ("web", "worker"):
                if kind in how:
                    yield made("process", guid(name, app, kind), type=kind, instances=len(how[kind]), relationships=relationships(app=guid(name, app)), updated_at=how.get("updated_at", "2024-05-01T08:00:00Z"))


def instance(kind, index, how):
    state = how.get("state", "RUNNING")
    if state == "DOWN":
        return {**json.loads(TEMPLATES["instance_down"]), "type": kind, "index": index}
    out = {**json.loads(TEMPLATES["instance"]), "type": kind, "index": index, "state": state, "routable": how.get("routable", True), "instance_internal_ip": how.get("ip", "10.255.1.1"), "host": how.get("host", "10.244.16.10")}
    out["instance_ports"][0].update(internal=how.get("internal", 8080), external=how.get("external"))
    return out


def stats(process):
    for name, space in readable().items():
        for app, how in space["apps"].items():
            for kind in ("web", "worker"):
                if kind in how and guid(name, app, kind) == process:
                    running = how.get("state", "STARTED") == "STARTED"
                    return 200, {"resources": [instance(kind, index, each) for index, each in enumerate(how[kind])] if running else []}
    return refused("not_found")


def refused(name, **words):
    out = copy.deepcopy(ERRORS[name])
    for key, value in words.items():
        out = json.loads(json.dumps(out).replace("{" + key + "}", value))
    return out["status"], out["body"]


def included(kind, resources):
    if kind == "spaces":
        names = sorted({name.split("/")[0] for name in readable()})
        return {"organizations": [made("organization", guid(name), name=name) for name in names]}
    domains = sorted({domain_of(each["url"]) for each in resources})
    return {"domains": [made("domain", guid(name), name=name, internal=name == INTERNAL, supported_protocols=["tcp"] if name == TCP else ["http"]) for name in domains]}


def listed(kind, query):
    if kind in faults["forbidden"]:
        return refused("not_authorized")
    every = list({"spaces": spaces, "apps": apps, "routes": routes, "processes": processes}[kind]())
    if "label_selector" in query:
        name, _, value = query["label_selector"].partition("=")
        every = [each for each in every if each["metadata"]["labels"].get(name) == value]
    page, size = int(query.get("page", 1)), min(int(query.get("per_page", 50)), faults["page"])
    pages = max(1, -(-len(every) // size))

    def link(number):
        return {"href": f"{API}/v3/{kind}?{urllib.parse.urlencode({**query, 'page': number, 'per_page': size})}"}
    here = every[(page - 1) * size:page * size]
    following = link(page + 1) if page < pages else None
    endless = faults["endless"]
    if endless and endless[0] == kind:
        following = link(page + 1) if endless[1] == "more" else link(1) if endless[1] == "again" else {"href": "https://elsewhere.example.org/v3/apps?page=2"}
        here = every[:size]
    body = {"pagination": {"total_results": len(every), "total_pages": pages, "first": link(1), "last": link(pages), "next": following, "previous": link(page - 1) if page > 1 else None}, "resources": here}
    if "include" in query:
        body["included"] = included(kind, here)
    return 200, body


def token_for(who, with_refresh):
    token = f"cf-access.{secrets.token_hex(16)}"
    access[token] = (time.time() + faults["token_life"], who)
    out = json.loads(TEMPLATES["token"])
    out.update(access_token=token, expires_in=faults["token_life"])
    if with_refresh:
        out["refresh_token"] = f"cf-refresh.{secrets.token_hex(16)}"
        refresh[out["refresh_token"]] = who
    else:
        del out["refresh_token"]
    return 200, out


def log_in(headers, body):
    form = dict(urllib.parse.parse_qsl(body.decode()))
    grant = form.get("grant_type", "")
    seen["grants"][grant] += 1
    client, _, secret = base64.b64decode(headers.get("authorization", "Basic ").partition(" ")[2]).decode().partition(":")
    if headers.get("x-cf-encoded-credentials") == "true":
        client, secret = urllib.parse.unquote_plus(client), urllib.parse.unquote_plus(secret)
    if clients.get(client) != secret:
        seen["logins_refused"] += 1
        return refused("uaa_bad_client")
    if grant == "client_credentials" and client != "cf":
        return token_for(client, False)
    if grant == "password" and users.get(form.get("username")) == form.get("password"):
        return token_for(form["username"], True)
    if grant == "refresh_token" and not faults["no_refresh"] and form.get("refresh_token") in refresh:
        return token_for(refresh[form["refresh_token"]], True)
    seen["logins_refused"] += 1
    return refused("uaa_bad_refresh_token", token=form.get("refresh_token", "")) if grant == "refresh_token" else refused("uaa_bad_user")


def limited():
    """Headers of the limiter, and whether this request is one too many; times are the end of the window in seconds since 1970."""
    if not faults["limit"]:
        return {}, False
    allowed, window = faults["limit"]
    if limit["until"] < time.time():
        limit.update(count=0, until=time.time() + window)
    limit["count"] += 1
    over = limit["count"] > allowed
    reset = str(int(limit["until"] + faults["clock"]) + 1)
    headers = {"X-RateLimit-Limit": str(allowed), "X-RateLimit-Remaining": str(max(0, allowed - limit["count"])), "X-RateLimit-Reset": reset}
    return {**headers, **({"Retry-After": reset} if over else {})}, over


def api(path, query, headers):
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return refused("not_authenticated")
    if faults["revoke"] or access.get(token, (0, ""))[0] < time.time():
        return refused("invalid_token")
    for fault in ("errors", "garbage"):
        if faults[fault] > 0:
            faults[fault] -= 1
            return refused("unknown") if fault == "errors" else (200, "<html>not what you think</html>")
    parts = path.split("/")
    if len(parts) == 3 and parts[2] in ("spaces", "apps", "routes", "processes"):
        return listed(parts[2], query)
    if len(parts) == 5 and parts[2] == "processes" and parts[4] == "stats":
        return refused("not_authorized") if faults["forbidden_stats"] else stats(parts[3])
    return refused("not_found")


def answer(method, target, headers, body):
    path, _, query = target.partition("?")
    if path.startswith("/test/"):
        if path == "/test/world":
            world.clear()
            world.update(json.loads(body))
        elif path == "/test/faults":
            faults.update(json.loads(body))
            if faults["users"] is not None:
                users.clear()
                users.update(faults["users"])
        return 200, {}, seen
    if path == "/test":
        return 200, {}, {}
    seen["requests"] += 1
    seen["paths"][path if path.count("/") < 3 else "/v3/processes/GUID/stats"] += 1
    if path == "/":
        return 200, {}, json.loads(TEMPLATES["root"].replace("{api}", API).replace("{uaa}", API))
    if path == "/oauth/token" and method == "POST":
        return (lambda got: (got[0], {}, got[1]))(log_in(headers, body))
    more, over = limited()
    status, text = refused("rate_limit") if over else api(path, dict(urllib.parse.parse_qsl(query)), headers)
    return status, more, text


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        with lock:
            status, more, text = answer(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            if not self.path.startswith("/test"):
                seen["statuses"][str(status)] += 1
            text = (text if isinstance(text, str) else json.dumps(text)).encode()
        self.send_response_only(status)
        for name, value in {"content-type": "application/json", "date": email.utils.formatdate(time.time() + faults["clock"], usegmt=True), "content-length": str(len(text)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = handle_one

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


def addresses(name):
    """Of those instances that run: of one by its index, or of all behind a route."""
    for space in world.values():
        for how in space["apps"].values():
            for url in how.get("routes", {}):
                running = {str(index): each["ip"] for index, each in enumerate(how.get("web", [])) if "ip" in each and each.get("state", "RUNNING") == "RUNNING" and how.get("state", "STARTED") == "STARTED"}
                if name == url:
                    yield from running.values()
                elif name.partition(".")[2] == url and name.partition(".")[0] in running:
                    yield running[name.partition(".")[0]]


def serve_names(dns):
    while True:
        query, client = dns.recvfrom(2048)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        with lock:
            found = sorted(set(addresses(".".join(labels).lower())))
        records = found if kind == 1 else []
        header = query[:2] + struct.pack(">HHHHH", 0x8580 if found else 0x8583, 1, len(records), 0, 0)
        dns.sendto(header + question + b"".join(b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(each) for each in records), client)


if __name__ == "__main__":
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", int(sys.argv[2])))
    threading.Thread(target=serve_names, args=[names], daemon=True).start()
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    print("listening", flush=True)
    server.serve_forever()
