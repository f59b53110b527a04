"""Google's tokens for tests: the token endpoint of service accounts (RFC 7523), which checks assertions by OpenSSL, and the metadata server."""
import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import tempfile
import time
import urllib.parse

from tokens import b64

ahead = 0  # seconds, of this server's clock
OWN = b"what this server signs ID tokens with"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def now():
    return time.time() + ahead


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def id_token(audience, lifetime, email):
    claims = {"iss": "https://accounts.google.com", "aud": audience, "email": email, "exp": int(now() + lifetime), "nonce": time.time_ns()}
    body = f"{b64(json.dumps({'alg': 'HS256', 'typ': 'JWT'}).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{body}.{b64(hmac.new(OWN, body.encode(), hashlib.sha256).digest())}"


def claims_of(token):
    """Of an ID token that is good; None: it is not."""
    body, _, signature = token.rpartition(".")
    if not body or not hmac.compare_digest(signature, b64(hmac.new(OWN, body.encode(), hashlib.sha256).digest())):
        return None
    claims = json.loads(decoded(body.split(".")[1]))
    return claims if claims["exp"] > now() else None


def new_key(email, token_uri):
    """A service account's key as Google's console gives it, and the public half."""
    private = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], capture_output=True, check=True, text=True).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout"], input=private, capture_output=True, check=True, text=True).stdout
    key_id = hashlib.sha1(public.encode()).hexdigest()
    return {"type": "service_account", "project_id": "project", "private_key_id": key_id, "private_key": private, "client_email": email, "token_uri": token_uri}, public


def signature_is_good(public, body, signature):
    with tempfile.TemporaryDirectory() as directory:
        key, file = pathlib.Path(directory) / "key.pem", pathlib.Path(directory) / "signature"
        key.write_text(public)
        file.write_bytes(signature)
        return subprocess.run(["openssl", "dgst", "-sha256", "-verify", key, "-signature", file], input=body, capture_output=True).returncode == 0


def refusal(words):
    return 400, {}, json.dumps({"error": "invalid_grant", "error_description": words}).encode()


def exchange(form, token_uri, publics, lifetime):
    """The answer of the token endpoint; `publics`: key id → (email, public key)."""
    if form.get("grant_type") != GRANT or form.get("assertion", "").count(".") != 2:
        return 400, {}, b'{"error": "unsupported_grant_type"}'
    body, _, signature = form["assertion"].rpartition(".")
    header, claims = (json.loads(decoded(part)) for part in body.split("."))
    email, public = publics.get(header.get("kid"), (None, None))
    if header.get("alg") != "RS256" or public is None or claims.get("iss") != email or not signature_is_good(public, body.encode(), decoded(signature)):
        return refusal("Invalid JWT Signature.")
    if claims.get("aud") != token_uri:
        return refusal("Invalid JWT: the audience is not this endpoint.")
    if abs(claims["iat"] - now()) > 300 or not 0 < claims["exp"] - claims["iat"] <= 3600:
        return refusal("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.")
    if "target_audience" in claims:
        return 200, {}, json.dumps({"id_token": id_token(claims["target_audience"], lifetime, email)}).encode()
    if claims.get("scope") != "https://www.googleapis.com/auth/cloud-platform":
        return refusal("Invalid OAuth scope or ID token audience provided.")
    return 200, {}, json.dumps({"access_token": f"access-{header['kid']}", "expires_in": lifetime, "token_type": "Bearer"}).encode()


def metadata(target, headers, lifetime):
    """The answer of the metadata server."""
    path, _, query = target.partition("?")
    query = dict(urllib.parse.parse_qsl(query))
    what = path.rpartition("/")[2]
    if headers.get("metadata-flavor") != "Google":
        return 403, {}, b"Missing Metadata-Flavor:Google header."
    if what == "identity" and query.get("audience"):
        return 200, {"metadata-flavor": "Google"}, id_token(query["audience"], lifetime, "machine@project").encode()
    if what == "token":
        return 200, {"metadata-flavor": "Google"}, json.dumps({"access_token": "access-machine", "expires_in": lifetime, "token_type": "Bearer"}).encode()
    return 404, {}, b"not found"
