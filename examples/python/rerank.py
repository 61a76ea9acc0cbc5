"""Reranks three candidates over HTTP.

    SNAPRANKER_URL=https://….amazonaws.com python rerank.py

The stack's parameter Auth decides which credentials the API needs: SNAPRANKER_TOKEN (jwt), SNAPRANKER_API_KEY (api-key),
or AWS credentials and AWS_REGION (iam, the default; needs boto3). `./snapranker serve` needs none.
"""

import json
import os
import sys
import urllib.error
import urllib.request

REQUEST = {
    "query": "how do I undo the last git commit",
    "top_k": 2,
    "candidates": [
        "git log lists the commits of the current branch, newest first.",
        {"id": "reset", "text": "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged."},
        {"id": "banana", "text": "The banana is botanically a berry."},
    ],
}


def headers(url, body):
    content = {"content-type": "application/json"}
    if token := os.environ.get("SNAPRANKER_TOKEN"):
        return content | {"authorization": f"Bearer {token}"}
    if key := os.environ.get("SNAPRANKER_API_KEY"):
        return content | {"x-api-key": key}
    if "AWS_REGION" in os.environ:
        return sigv4(url, body, content)
    return content


def sigv4(url, body, content):
    import boto3
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest("POST", url, content, body)
    SigV4Auth(boto3.Session().get_credentials(), "execute-api", os.environ["AWS_REGION"]).add_auth(request)
    return dict(request.headers)


def rerank(url, request):
    body = json.dumps(request).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, headers(url, body)), timeout=30) as reply:
        return json.load(reply)


if "SNAPRANKER_URL" not in os.environ:
    sys.exit("SNAPRANKER_URL is not set; expected the address of the API")
given = json.loads(sys.argv[1]) if sys.argv[1:] else REQUEST
try:
    reply = rerank(os.environ["SNAPRANKER_URL"].rstrip("/") + "/rerank", given)
except urllib.error.HTTPError as e:
    sys.exit(f"HTTP {e.code}: {e.read().decode()}")  # {"error": {"code": …, "message": …, "field": …}}
for result in reply["results"]:
    print(f"{result['rank']}  {result['score']:.4f}  {result['id']}")
