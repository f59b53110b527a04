"""The list methods of Cloud Functions (v1, v2) and Cloud Run (v2) for tests, as their published discovery documents describe them."""
import json
import re
import urllib.parse

MOST = 20  # of a page, whatever is asked for
LIST = re.compile(r"/(v[12])/projects/([^/]+)/locations/([^/]+)/(functions|services)")


def error(code, status, message):
    return code, {}, json.dumps({"error": {"code": code, "status": status, "message": message}}).encode()


def listing(target, headers, control, seen):
    path, _, query = target.partition("?")
    match, query = LIST.fullmatch(path), dict(urllib.parse.parse_qsl(query))
    if not match:
        return error(404, "NOT_FOUND", "Method not found.")
    if not headers.get("authorization", "").startswith("Bearer access-"):
        return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
    if control["throttle"] > 0:
        control["throttle"] -= 1
        return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Read requests'.")
    which = f"{match.group(1)}/{match.group(4)}"
    if which in control["missing"]:
        return error(404, "NOT_FOUND", "Method not found.")
    seen["lists"][which] += 1
    found = control["functions"].get(which, [])
    if isinstance(found, str):
        return 200, {}, found.encode()
    first, size = int(query.get("pageToken") or 0), min(MOST, int(query.get("pageSize") or 100))
    answer = {match.group(4): found[first:first + size]}
    if first + size < len(found):
        answer["nextPageToken"] = str(first + size)
    return 200, {}, json.dumps(answer).encode()
