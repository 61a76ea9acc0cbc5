"""Calls the function's native API."""

import json
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest


def rerank(url, query, candidates, top_k, session=None, **options):
    """Returns the results, best first. Each has `index` (the candidate's position), `score` and `logit`.

    url         the API's URL, from the stack's output ApiUrl
    candidates  each a dict with `text`, and with `score` if the first stage gave one
    session     a boto3 session that signs the request (Auth=iam); None for `./snapranker serve`
    options     more fields of the request, such as `fusion`
    """
    body = json.dumps({"query": query, "candidates": candidates, "top_k": top_k, **options})
    request = AWSRequest("POST", url.rstrip("/") + "/rerank", {"content-type": "application/json"}, body.encode())
    if session:
        SigV4Auth(session.get_credentials(), "execute-api", session.region_name).add_auth(request)
    prepared = request.prepare()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(prepared.url, prepared.body, dict(prepared.headers)), timeout=30
        ) as reply:
            return json.load(reply)["results"]
    except urllib.error.HTTPError as e:
        raise RuntimeError(f"{prepared.url}: {e.code} {e.read().decode()}") from e
