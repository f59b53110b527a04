"""EC2's API in front of moto's server for tests: moto has the instances (made and ended with boto3); this recomputes the signature of every request and fails when it is told to.

Usage: ec2_front.py PORT MOTO_PORT

PUT /keys {"AKID": ["secret", session token or null] or null to take it away}; PUT /faults {"throttle": n, "garbage": n, "page": n} sets what goes wrong with the next requests and how long a
page is; GET /seen tells what came. What has an STS action goes to moto as it is.
"""
import collections
import json
import urllib.parse

import aws_front
import aws_signature

keys = {}
faults = {"throttle": 0, "garbage": 0, "page": 1000}
seen = {"lists": 0, "sts": 0, "refused": collections.Counter(), "keys": collections.Counter()}


def error(status, code, message):
    return status, {"content-type": "text/xml"}, f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>1</RequestID></Response>".encode()


def describe(target, headers, body):
    seen["lists"] += 1
    if faults["throttle"] > 0:
        faults["throttle"] -= 1
        return error(503, "RequestLimitExceeded", "Request limit exceeded.")
    if faults["garbage"] > 0:
        faults["garbage"] -= 1
        return 200, {}, b"<html>not what you think</html>"
    form = dict(urllib.parse.parse_qsl(body.decode()))
    form["MaxResults"] = str(min(int(form["MaxResults"]), faults["page"]))
    status, text = aws_front.ask_moto("POST", target, {name: value for name, value in headers.items() if name != "content-length"}, urllib.parse.urlencode(form).encode())
    return status, {"content-type": "text/xml"}, text


def answer(method, target, headers, body):
    if method == "PUT" and target in ("/keys", "/faults"):
        (keys if target == "/keys" else faults).update(json.loads(body))
        for name in [name for name, value in keys.items() if value is None]:
            del keys[name]
        return 200, {}, b"{}"
    if target == "/seen":
        return 200, {}, json.dumps(seen).encode()
    if b"Action=AssumeRole" in body:
        seen["sts"] += 1
        return aws_front.assume_role(method, target, headers, body, keys)
    problem = aws_signature.signature_problem(method, target, headers, body, keys, "ec2")
    if problem:
        seen["refused"][problem] += 1
        return error(401, problem, f"AWS was not able to validate the request: {problem}")
    seen["keys"][headers["key"]] += 1
    return describe(target, headers, body)


if __name__ == "__main__":
    aws_front.serve(answer)
