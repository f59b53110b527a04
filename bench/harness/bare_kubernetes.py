"""A watch of EndpointSlices and nothing else, in a process of its own: prints the version of each and the time when its event came, a line each. What that is late by is the API server's own delay. Arguments: PORT CA_FILE TOKEN NAMESPACE."""
import http.client
import json
import ssl
import sys
import time

port, authority, token, namespace = sys.argv[1:]
connection = http.client.HTTPSConnection("127.0.0.1", int(port), context=ssl.create_default_context(cafile=authority))
connection.request("GET", f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?watch=1&timeoutSeconds=3600", headers={"authorization": f"Bearer {token}"})
answer = connection.getresponse()
while line := answer.readline():
    now = time.monotonic()
    print(json.loads(line)["object"]["metadata"].get("resourceVersion"), now, flush=True)
