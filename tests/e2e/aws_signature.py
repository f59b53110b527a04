"""Recomputes the signature of a request to a service of AWS as AWS says it is made. Used by the endpoints of the tests."""
import datetime
import hashlib
import hmac
import re
import urllib.parse

AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})")


def encoded(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


def signing_key(secret, *parts):
    key = ("AWS4" + secret).encode()
    for part in (*parts, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def signature_problem(method, target, headers, body, keys, service="lambda", ahead=0):
    """Why AWS would refuse the request, or None, with a clock that is so many seconds ahead. The signing key stands in headers["key"] afterwards."""
    match = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if not match:
        return "MissingAuthenticationToken"
    access_key, day, region, signed_for, names, signature = match.groups()
    if signed_for != service:
        return "InvalidSignatureException"
    if access_key not in keys:
        return "UnrecognizedClientException"
    headers["key"] = access_key
    secret, token = keys[access_key]
    if headers.get("x-amz-security-token") != token:
        return "InvalidClientTokenId"
    if not {"host", "x-amz-date", *(name for name in headers if name.startswith("x-amz-"))} <= set(names.split(";")):
        return "UnsignedHeaders"
    date = headers["x-amz-date"]
    age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if abs(age.total_seconds() + ahead) > 300 or not date.startswith(day):
        return "SignatureExpired"
    path, _, query = target.partition("?")
    parameters = sorted(f"{encoded(key)}={encoded(value)}" for key, value in urllib.parse.parse_qsl(query, keep_blank_values=True))
    digest = hashlib.sha256(body).hexdigest()
    canonical = "\n".join([method, encoded(path, "/-_.~"), "&".join(parameters), *(f"{name}:{' '.join(headers[name].split())}" for name in names.split(";")), "", names, digest])
    text = "\n".join(["AWS4-HMAC-SHA256", date, f"{day}/{region}/{service}/aws4_request", hashlib.sha256(canonical.encode()).hexdigest()])
    wanted = hmac.new(signing_key(secret, day, region, service), text.encode(), hashlib.sha256).hexdigest()
    return None if hmac.compare_digest(wanted, signature) else "InvalidSignatureException"
