"""AWS Lambda's API in front of moto's server for tests: moto has the functions, aliases and versions (made and deleted with boto3), this recomputes the signature of every
request as lambda_endpoint.py does, gives lists page by page as AWS does, fails when it is told to, and answers for functions that moto has.

Usage: lambda_front.py PORT MOTO_PORT

PUT /keys as in lambda_endpoint.py, with null to take a key away; PUT /faults {"throttle": n, "error": n, "garbage": n, "forbid_aliases": bool, "page": n, "ahead": seconds} sets what goes wrong with the
next list requests and how long a page is; GET /seen tells what came. What has an STS action goes to moto as it is.
"""
import collections
import json
import re
import urllib.parse

import aws_front
import aws_signature

FUNCTIONS = "/2015-03-31/functions/"
INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
ALIASES = re.compile(r"/2015-03-31/functions/([^/]+)/aliases")

keys = {}
faults = {"throttle": 0, "error": 0, "garbage": 0, "forbid_aliases": False, "page": 50, "ahead": 0}
seen = {"lists": 0, "cycles": 0, "aliases": 0, "refused": collections.Counter(), "keys": collections.Counter(), "calls": collections.Counter(), "sts": 0}
listings = {}


def error(status, kind, message, headers=()):
    return status, {"x-amzn-errortype": f"{kind}:http://internal.amazon.com/", **dict(headers)}, json.dumps({"Message": message}).encode()


def list_functions(query, headers):
    seen["lists"] += 1
    for name in ("throttle", "error", "garbage"):
        if faults[name] > 0:
            faults[name] -= 1
            return {"throttle": error(429, "TooManyRequestsException", "Rate exceeded"), "error": error(500, "ServiceException", "oh"),
                    "garbage": (200, {}, b"<html>not what you think</html>")}[name]
    start = 0
    if "Marker" in query:
        name, _, at = query["Marker"].partition("/=+")
        if name not in listings:
            return error(400, "InvalidParameterValueException", "the marker is not known")
        start = int(at)
    else:
        seen["cycles"] += 1
        name = f"listing {seen['cycles']}"
        listings.clear()
        listings[name] = json.loads(aws_front.ask_moto("GET", f"{FUNCTIONS}?FunctionVersion={query.get('FunctionVersion', '')}", headers, b"")[1])["Functions"]
    end = start + faults["page"]
    page = {"Functions": listings[name][start:end]}
    if end < len(listings[name]):
        page["NextMarker"] = f"{name}/=+{end}"
    return 200, {}, json.dumps(page).encode()


def invoke(name, query, headers, body):
    qualifier = query.get("Qualifier")
    plain = urllib.parse.unquote(name)
    status, _ = aws_front.ask_moto("GET", f"{FUNCTIONS}{urllib.parse.quote(plain)}" + (f"?Qualifier={urllib.parse.quote(qualifier)}" if qualifier else ""), headers, b"")
    if status != 200:
        return error(404, "ResourceNotFoundException", "Function not found")
    seen["calls"][f"{plain}:{qualifier}"] += 1
    return 200, {}, json.dumps({"function": plain, "qualifier": qualifier, "event": body.decode("latin-1")}).encode()


def answer(method, target, headers, body):
    path, _, query = target.partition("?")
    query = dict(urllib.parse.parse_qsl(query))
    if method == "PUT" and path in ("/keys", "/faults"):
        (keys if path == "/keys" else faults).update(json.loads(body))
        for name in [name for name, value in keys.items() if value is None]:
            del keys[name]
        return 200, {}, b"{}"
    if path == "/seen":
        return 200, {}, json.dumps(seen).encode()
    if path == "/" and b"Action=AssumeRole" in body:
        seen["sts"] += 1
        return aws_front.assume_role(method, target, headers, body, keys)
    problem = aws_signature.signature_problem(method, target, headers, body, keys, ahead=faults["ahead"])
    if problem:
        seen["refused"][problem] += 1
        if problem == "SignatureExpired":
            return error(403, "InvalidSignatureException", f"Signature expired: {headers['x-amz-date']} is now earlier than what is accepted (- 5 min.)")
        return error(403, problem, f"The request is refused: {problem}")
    seen["keys"][headers["key"]] += 1
    if method == "GET" and path in (FUNCTIONS, FUNCTIONS[:-1]):
        return list_functions(query, headers)
    if method == "GET" and ALIASES.fullmatch(path):
        seen["aliases"] += 1
        if faults["forbid_aliases"]:
            return error(403, "AccessDeniedException", "not authorized to perform lambda:ListAliases")
        status, text = aws_front.ask_moto(method, target, headers, b"")
        return status, {}, text
    match = INVOKE.fullmatch(path)
    if method == "POST" and match:
        return invoke(match.group(1), query, headers, body)
    return error(404, "UnknownOperationException", target)


if __name__ == "__main__":
    aws_front.serve(answer)
