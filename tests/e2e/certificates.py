"""Certificates for tests, made with openssl when they are needed: none is in the repository, none can go stale there."""
import pathlib
import ssl
import subprocess
import tempfile


class Certificate:
    def __init__(self, certificate, key):
        self.certificate, self.key = certificate, key

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.certificate)


def make(name, days=30, expired=False, key=("EC", "ec_paramgen_curve:prime256v1")):
    """A self-signed certificate for the DNS name; `expired`: it ended in the past; `key`: algorithm and option of openssl genpkey."""
    with tempfile.TemporaryDirectory() as folder:
        (algorithm, option), key, certificate = key, pathlib.Path(folder, "key.pem"), pathlib.Path(folder, "cert.pem")
        run("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", key)
        if expired:
            request, extensions = pathlib.Path(folder, "request.pem"), pathlib.Path(folder, "extensions")
            extensions.write_text(f"subjectAltName=DNS:{name}\n")
            run("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
            # x509 cannot date back: `ca` can, and needs a directory of its own.
            settings = pathlib.Path(folder, "ca.conf")
            settings.write_text(f"""[ca]
default_ca=own
[own]
database={folder}/index.txt
serial={folder}/serial
new_certs_dir={folder}
default_md=sha256
policy=any
[any]
commonName=supplied
""")
            pathlib.Path(folder, "index.txt").touch()
            pathlib.Path(folder, "serial").write_text("01\n")
            run("ca", "-batch", "-config", settings, "-selfsign", "-keyfile", key, "-in", request, "-out", certificate, "-notext", "-extfile", extensions,
                "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
        else:
            run("req", "-x509", "-key", key, "-days", str(days), "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-out", certificate)
        return Certificate(certificate.read_text(), key.read_text())


def run(*arguments):
    result = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
