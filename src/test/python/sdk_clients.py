"""Other services' Python SDKs against a running `./snapranker serve`: only the URL is changed.

    python sdk_clients.py URL
"""

import asyncio

from checks import BEST, DOCUMENTS, QUERY, URL, expect, expect_best_first, refused, run

import boto3
import cohere
import voyageai
from botocore.exceptions import ClientError
from haystack import Document
from haystack.utils import Secret
from haystack_integrations.components.rankers.cohere import CohereRanker
from haystack_integrations.components.rankers.huggingface_api import HuggingFaceTEIRanker
from haystack_integrations.components.rankers.huggingface_api.ranker import TruncationDirection
from haystack_integrations.components.rankers.jina import JinaRanker


def cohere_v2():
    client = cohere.ClientV2("any", base_url=URL)
    reply = client.rerank(model="rerank-v3.5", query=QUERY, documents=DOCUMENTS, top_n=1)
    expect([r.index for r in reply.results] == [1], reply)
    expect(reply.results[0].relevance_score > 0.9, reply)
    expect(reply.meta.billed_units.search_units == 1, reply)
    refused(
        cohere.errors.NotFoundError,
        "model 'xyz' not found",
        lambda: client.rerank(model="xyz", query=QUERY, documents=DOCUMENTS),
    )
    refused(
        cohere.errors.BadRequestError,
        "list of documents must not be empty",
        lambda: client.rerank(model="rerank-v3.5", query=QUERY, documents=[]),
    )


def cohere_v1():
    client = cohere.Client("any", base_url=URL)
    reply = client.rerank(
        query=QUERY,
        documents=[{"text": text, "title": "t"} for text in DOCUMENTS],
        rank_fields=["title", "text"],
        return_documents=True,
    )
    expect(reply.results[0].index == 1, reply)
    expect(reply.results[0].document.text == DOCUMENTS[1], reply)


def cohere_async():
    async def many():
        client = cohere.AsyncClientV2("any", base_url=URL)
        calls = [
            client.rerank(model="rerank-v3.5", query=QUERY, documents=DOCUMENTS) for _ in range(20)
        ]
        return await asyncio.gather(*calls)

    scores = {reply.results[0].relevance_score for reply in asyncio.run(many())}
    expect(len(scores) == 1, scores)


def voyage():
    for base in (f"{URL}/v1", f"{URL}/voyage/v1"):
        client = voyageai.Client(api_key="any", base_url=base)
        reply = client.rerank(QUERY, DOCUMENTS, model="rerank-2.5", top_k=1)
        expect([r.index for r in reply.results] == [1], reply.results)
        expect(reply.results[0].document == DOCUMENTS[1], reply.results)
        expect(reply.total_tokens > 0, reply.total_tokens)
        refused(
            voyageai.error.InvalidRequestError,
            "because truncation is off",
            lambda: client.rerank(QUERY, ["cat " * 1000], model="rerank-2.5", truncation=False),
        )


def tei():
    def ranked(documents=DOCUMENTS, direction=None, query=QUERY, **options):
        client = HuggingFaceTEIRanker(url=URL, max_retries=1, **options)
        given = [Document(content=text) for text in documents]
        return client.run(query, given, truncation_direction=direction)["documents"]

    best = ranked(top_k=1)
    expect([d.content for d in best] == [BEST], best)
    expect(best[0].score > 0.9, best)
    logits = ranked(raw_scores=True)
    expect(logits[0].score > 1 and logits[1].score < 0, logits)
    long = ["cat " * 1000 + DOCUMENTS[1]]
    start = ranked(long, TruncationDirection.RIGHT)
    end = ranked(long, TruncationDirection.LEFT)
    expect(end[0].score > start[0].score, (start, end))
    blank = ranked([" ", DOCUMENTS[1]])
    expect([d.content for d in blank] == [DOCUMENTS[1], " "] and blank[1].score == 0, blank)
    refused(RuntimeError, '"error_type":"Empty"', lambda: ranked(query=" "))


def tei_async():
    client = HuggingFaceTEIRanker(url=URL)

    async def many():
        documents = [Document(content=text) for text in DOCUMENTS]
        return await asyncio.gather(*[client.run_async(QUERY, documents) for _ in range(20)])

    scores = {reply["documents"][0].score for reply in asyncio.run(many())}
    expect(len(scores) == 1, scores)


def ragflows_vllm():
    # RAGFlow 0.27.0 calls vLLM with Cohere's v1 client, rag/llm/rerank_model.py, CoHereRerank.
    client = cohere.Client("any", base_url=URL)
    reply = client.rerank(
        model="snap-base",
        query=QUERY,
        documents=DOCUMENTS,
        top_n=len(DOCUMENTS),
        return_documents=False,
    )
    expect_best_first([(r.index, r.relevance_score) for r in reply.results])


def haystack_cohere_and_jina():
    key = Secret.from_token("any")
    for ranker in (
        CohereRanker(api_base_url=URL, api_key=key, model="rerank-v3.5"),
        CohereRanker(api_base_url=URL, api_key=key, model="rerank-v3.5", meta_fields_to_embed=["title"]),
        JinaRanker(base_url=f"{URL}/v1/rerank", api_key=key),
        JinaRanker(base_url=f"{URL}/jina/v1/rerank", api_key=key, model="jina-reranker-m0", top_k=2),
    ):
        given = [Document(content=text, meta={"title": "A"}) for text in DOCUMENTS]
        ranked = ranker.run(query=QUERY, documents=given)["documents"]
        expect_best_first([(d.content, d.score) for d in ranked])


def sign_for_api_gateway(request, **_):
    request.context["signing"] = {**request.context.get("signing", {}), "signing_name": "execute-api"}


def bedrock():
    client = boto3.client(
        "bedrock-agent-runtime",
        endpoint_url=URL,
        region_name="eu-west-1",
        aws_access_key_id="id",
        aws_secret_access_key="secret",
    )

    def rerank(model):
        return client.rerank(
            queries=[{"type": "TEXT", "textQuery": {"text": QUERY}}],
            sources=[
                {
                    "type": "INLINE",
                    "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}},
                }
                for text in DOCUMENTS
            ],
            rerankingConfiguration={
                "type": "BEDROCK_RERANKING_MODEL",
                "bedrockRerankingConfiguration": {
                    "numberOfResults": 1,
                    "modelConfiguration": {
                        "modelArn": f"arn:aws:bedrock:eu-west-1::foundation-model/{model}"
                    },
                },
            },
        )

    reply = rerank("amazon.rerank-v1:0")
    expect([r["index"] for r in reply["results"]] == [1], reply)
    # docs/clients.md shows it for an API that checks signatures.
    client.meta.events.register("before-sign.bedrock-agent-runtime", sign_for_api_gateway)
    signatures = []
    client.meta.events.register(
        "before-send.bedrock-agent-runtime",
        lambda request, **_: signatures.append(request.headers["Authorization"].decode()),
    )
    rerank("amazon.rerank-v1:0")
    expect("/eu-west-1/execute-api/aws4_request" in signatures[0], signatures)
    refused(ClientError, "ResourceNotFoundException", lambda: rerank("anthropic.x"))


run(
    cohere_v2,
    cohere_v1,
    cohere_async,
    ragflows_vllm,
    voyage,
    tei,
    tei_async,
    haystack_cohere_and_jina,
    bedrock,
)
