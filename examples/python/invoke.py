"""Reranks three candidates by a direct invoke of the function with boto3, without an API.

    python invoke.py FUNCTION_ALIAS

FUNCTION_ALIAS is the output FunctionAlias of the stack; the caller needs lambda:InvokeFunction on it.
"""

import json
import sys

import boto3

REQUEST = {
    "query": "how do I undo the last git commit",
    "top_k": 2,
    "candidates": [
        "git log lists the commits of the current branch, newest first.",
        {"id": "reset", "text": "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged."},
        {"id": "banana", "text": "The banana is botanically a berry."},
    ],
}


def rerank(function, request):
    reply = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps(request))
    payload = json.load(reply["Payload"])
    if "FunctionError" in reply:  # the invocation failed: {"errorType": …, "errorMessage": …}
        sys.exit(f"{payload['errorType']}: {payload['errorMessage']}")
    if "error" in payload:  # the request was refused
        sys.exit(f"{payload['statusCode']} {payload['error']['code']}: {payload['error']['message']}")
    return payload


given = json.loads(sys.argv[2]) if sys.argv[2:] else REQUEST
for result in rerank(sys.argv[1], given)["results"]:
    print(f"{result['rank']}  {result['score']:.4f}  {result['id']}")
