"""Dify's OpenAI-compatible reranker, the class of its plugin SDK, against `./snapranker serve`.

python dify_clients.py URL
"""

import os
import sys

from checks import DOCUMENTS, QUERY, URL, expect, refused, run

from dify_plugin.errors.model import CredentialsValidateFailedError, InvokeError
from dify_plugin.interfaces.model.openai_compatible.rerank import OAICompatRerankModel

RERANKER = OAICompatRerankModel([])


def credentials(base, **options):
    return {"endpoint_url": base, "api_key": "any", **options}


def invoke(base, model="snap-base", **options):
    return RERANKER.invoke(model, credentials(base), QUERY, DOCUMENTS, **options).docs


def openai_compatible():
    for base in (f"{URL}/v1", URL):
        ranked = invoke(base)
        # It stretches the scores to 0..1, so that the first has 1 and the last 0.
        expect([d.index for d in ranked][0] == 1, ranked)
        expect((ranked[0].score, ranked[-1].score) == (1, 0), ranked)
        expect(ranked[0].text == DOCUMENTS[1], ranked)
        top = invoke(base, top_n=2, score_threshold=0.5)
        expect([d.index for d in top] == [1], top)


def model_name_of_the_endpoint():
    given = credentials(f"{URL}/v1", endpoint_model_name="snap-base")
    ranked = RERANKER.invoke("a name of the user's", given, QUERY, DOCUMENTS).docs
    expect(ranked[0].index == 1, ranked)


def credentials_are_validated():
    RERANKER.validate_credentials("snap-base", credentials(f"{URL}/v1"))
    refused(
        CredentialsValidateFailedError,
        "404",
        lambda: RERANKER.validate_credentials("xyz", credentials(f"{URL}/v1")),
    )
    refused(InvokeError, "404", lambda: invoke(f"{URL}/v1", model="xyz"))


run(openai_compatible, model_name_of_the_endpoint, credentials_are_validated)

# gevent, which the SDK brings, complains when the interpreter ends in the usual way.
sys.stdout.flush()
os._exit(0)
