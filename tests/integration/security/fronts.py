"""The two small servers of security.test: what stands before a registry that has no users of its own, and who gives tokens."""
import base64
import http.server
import json
import re
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request


def serve(handler, tls=None):
    """Runs a server in a thread; its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *unused: None  # who does not trust us hangs up
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{tls}/cert.pem", f"{tls}/key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Quiet(http.server.BaseHTTPRequestHandler):
    def log_message(self, *unused):
        pass

    def say(self, status, body=b"", kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Front(str):
    n_served = 0


def front(url, tls, user, password):
    """TLS and basic authentication before `url`, as a balancer does it; the URL to ask instead."""
    parts = urllib.parse.urlsplit(url)
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    class Handler(Quiet):
        def do_GET(self):
            if self.headers["Authorization"] != wanted:
                return self.say(401, b'{"error_code": 40101, "message": "Unauthorized"}')
            size = int(self.headers["Content-Length"] or 0)
            request = urllib.request.Request(f"{parts.scheme}://{parts.netloc}{self.path}", method=self.command,
                                             data=self.rfile.read(size) if size else None)
            if size:
                request.add_header("Content-Type", self.headers["Content-Type"])
            try:
                with urllib.request.urlopen(request) as answer:
                    status, body = answer.status, answer.read()
            except urllib.error.HTTPError as e:
                status, body = e.code, e.read()
            here.n_served += 1
            return self.say(status, body)

        do_POST = do_GET

    here = Front(f"https://localhost:{serve(Handler, tls)}{parts.path}")
    return here


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenEndpoint:
    """Gives tokens for a client's id and secret (OAuth 2.0, client credentials); writes the public key where the broker looks.

    Those for another audience, of a lifetime below zero or signed by another key (`signer`, a directory) the broker must refuse.
    """

    def __init__(self, tls, secret, audience="henpin", lifetime_s=300, signer=None):
        self.audience, self.lifetime_s, self.signer = audience, lifetime_s, signer or tls
        modulus = subprocess.run(["openssl", "rsa", "-in", f"{tls}/key.pem", "-noout", "-modulus"], capture_output=True, text=True,
                                 check=True).stdout.strip().split("=")[1]
        key = {"kty": "RSA", "kid": "trial", "use": "sig", "alg": "RS256", "e": "AQAB", "n": base64url(bytes.fromhex(modulus))}
        with open(f"{tls}/jwks.json", "w") as f:
            json.dump({"keys": [key]}, f)
        wanted = "Basic " + base64.b64encode(f"henpin:{secret}".encode()).decode()
        endpoint = self

        class Handler(Quiet):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                if re.sub(r"\s+", " ", self.headers["Authorization"] or "") != wanted:
                    return self.say(401, b'{"error": "invalid_client"}')
                body = json.dumps({"access_token": endpoint.token(), "token_type": "Bearer", "expires_in": endpoint.lifetime_s})
                return self.say(200, body.encode())

        self.url = f"http://127.0.0.1:{serve(Handler)}/token"

    def token(self):
        now = int(time.time())
        claims = {"sub": "henpin", "scope": "kafka", "aud": self.audience, "iat": now - 600, "exp": now + self.lifetime_s}
        text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "trial", "typ": "JWT"}, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{self.signer}/key.pem"], input=text.encode(),
                                   capture_output=True, check=True).stdout
        return f"{text}.{base64url(signature)}"
