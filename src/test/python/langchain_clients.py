"""LangChain's document compressors against a running `./snapranker serve`.

python langchain_clients.py URL
"""

import asyncio

from checks import DOCUMENTS, QUERY, URL, expect, expect_best_first, refused, run

import cohere as cohere_sdk
from infinity_client.client import Client
from langchain_cohere import CohereRerank
from langchain_community.document_compressors import jina_rerank
from langchain_community.document_compressors.infinity_rerank import InfinityRerank
from langchain_core.documents import Document
from langchain_voyageai import VoyageAIRerank

GIVEN = [Document(text, metadata={"place": place}) for place, text in enumerate(DOCUMENTS)]


def check(compressor):
    documents = compressor.compress_documents(GIVEN, QUERY)
    expect_best_first([(d.page_content, d.metadata["relevance_score"]) for d in documents])
    expect(documents[0].metadata["place"] == 1, documents)
    return documents


def cohere():
    check(CohereRerank(base_url=URL, cohere_api_key="any", model="rerank-v3.5"))
    one = CohereRerank(base_url=URL, cohere_api_key="any", model="rerank-v3.5", top_n=1)
    expect(len(check(one)) == 1, one)
    # Structured data: Cohere's v2 takes it as YAML.
    rows = [{"title": "Animals", "text": DOCUMENTS[0]}, {"title": "Cities", "text": DOCUMENTS[1]}]
    results = one.rerank(rows, QUERY, rank_fields=["title", "text"], max_tokens_per_doc=200)
    expect(results[0]["index"] == 1 and results[0]["relevance_score"] > 0.9, results)
    unknown = CohereRerank(base_url=URL, cohere_api_key="any", model="xyz")
    refused(
        cohere_sdk.errors.NotFoundError,
        "model 'xyz' not found",
        lambda: unknown.compress_documents(GIVEN, QUERY),
    )


def jina():
    jina_rerank.JINA_API_URL = f"{URL}/v1/rerank"  # it has no option for this
    check(jina_rerank.JinaRerank(jina_api_key="any", model="jina-reranker-v2-base-multilingual"))
    check(jina_rerank.JinaRerank(jina_api_key="any", top_n=None))  # its default model
    unknown = jina_rerank.JinaRerank(jina_api_key="any", model="xyz")
    refused(RuntimeError, "model 'xyz' not found", lambda: unknown.rerank(GIVEN, QUERY))


def voyage():
    for base in (f"{URL}/v1", f"{URL}/voyage/v1"):
        reranker = VoyageAIRerank(base_url=base, api_key="any", model="rerank-2.5", top_k=2)
        documents = check(reranker)
        expect(len(documents) == 2, documents)
        expect(documents[0].metadata["total_tokens"] > 0, documents)
        asynchronous = asyncio.run(reranker.acompress_documents(GIVEN, QUERY))
        expect(asynchronous == documents, asynchronous)


def infinity():
    for base in (URL, f"{URL}/v1", f"{URL}/infinity"):
        check(InfinityRerank(client=Client(base_url=base), model="snap-base"))


run(cohere, jina, voyage, infinity)
