"""JSON Web Tokens that tests sign, and the key sets by which they are checked."""
import base64
import hashlib
import hmac
import json
import time

SECRET = b"a secret of this test alone"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(algorithm, sign, claims):
    body = f"{b64(json.dumps({'alg': algorithm, 'typ': 'JWT'}).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{body}.{b64(sign(body.encode()))}"


def token(secret=SECRET, **claims):
    return signed("HS256", lambda body: hmac.new(secret, body, hashlib.sha256).digest(), {"iss": "me", "exp": int(time.time()) + 600, **claims})


def bearer(text):
    return {"authorization": f"Bearer {text}"}


def key_set(secret=SECRET):
    return json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "k": b64(secret)}]})
