"""moto's server, which serves AWS's APIs on loopback, with functions that were there before it began: thousands of them made with boto3 would take minutes.

Usage: lambda_moto.py PORT [COUNT]        functions function-0000, function-0001 ... in us-east-1
"""
import base64
import sys
import threading

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer

EMPTY = base64.b64encode(b"PK\x05\x06" + b"\0" * 18)  # an archive


def fill(count):
    role = get_backend("iam")[DEFAULT_ACCOUNT_ID]["aws"].create_role("filler", "{}", "/", None, None, [], "3600").arn
    functions = get_backend("lambda")[DEFAULT_ACCOUNT_ID]["us-east-1"]
    for i in range(count):
        functions.create_function({"FunctionName": f"function-{i:04}", "Runtime": "python3.11", "Role": role, "Handler": "f.f", "Code": {"ZipFile": EMPTY}})


if __name__ == "__main__":
    fill(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    ThreadedMotoServer("127.0.0.1", int(sys.argv[1])).start()
    print("listening", flush=True)
    threading.Event().wait()
