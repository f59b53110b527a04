"""A source of Secrets: a key server is asked again and again which certificates it has, and each becomes a Secret that
`sslConfig` can name. Shows a source: a coroutine, carried by the host's timers and requests, that says which objects there
are. A server that is away changes nothing but the report of the source, and what it gave serves on, over restarts too, as
long as nothing of it has to stay off the disk: Secrets here are kept in memory alone.

    pluginConfig:
      keyring: {url: "https://keys.internal/certificates", namespace: gloo-system, every: 10s}

The server answers with JSON: [{"name": "shop", "certificate": "-----BEGIN…", "key": "-----BEGIN…"}, ...]
"""
from typing import Any, Dict, Mapping

import solder

solder.plugin(version="1.0.0", summary="Secrets that a key server has")

CONFIG: Dict[str, Any] = {}


@solder.configure
def configure(config: Dict[str, Any]) -> None:
    unknown = set(config) - {"url", "namespace", "every"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; there are url, namespace and every")
    CONFIG.update(config)


def secret(entry: Mapping[str, Any]) -> Dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {
            "name": entry["name"],
            "namespace": CONFIG.get("namespace", "gloo-system"),
            "annotations": {"solder.io/keep": "memory"},
        },
        "stringData": {"tls.crt": entry["certificate"], "tls.key": entry["key"]},
    }


@solder.source
class Keyring:
    async def watch(self, store: solder.Store) -> None:
        if "url" not in CONFIG:
            return  # nobody has set it up
        while True:
            try:
                answer = await store.get(CONFIG["url"], timeout=10)
                if answer.status != 200:
                    raise ValueError(f"it answers {answer.status}")
                store.replace("Secret", [secret(entry) for entry in answer.json()])
                store.complete()
                store.report()
            except (solder.RequestFailed, KeyError, TypeError, ValueError) as problem:
                store.report(solder.Problem(f"the key server {CONFIG['url']}: {problem!s}", reason="KeyServerFailed"))
            await store.sleep(float(str(CONFIG.get("every", "10s")).rstrip("s")))
