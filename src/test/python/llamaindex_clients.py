"""LlamaIndex's rerank postprocessors against a running `./snapranker serve`.

python llamaindex_clients.py URL
"""

from checks import DOCUMENTS, QUERY, URL, expect, expect_best_first, refused, run

import cohere as cohere_sdk
import voyageai
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.postprocessor.cohere_rerank import CohereRerank
from llama_index.postprocessor.jinaai_rerank import JinaRerank
from llama_index.postprocessor.tei_rerank import TextEmbeddingInference
from llama_index.postprocessor.voyageai_rerank import VoyageAIRerank


def nodes():
    return [NodeWithScore(node=TextNode(text=text), score=0.1) for text in DOCUMENTS]


def check(postprocessor, count=len(DOCUMENTS)):
    ranked = postprocessor.postprocess_nodes(nodes(), query_str=QUERY)
    expect_best_first([(node.text, node.score) for node in ranked])
    expect(len(ranked) == count, ranked)


def cohere():
    check(CohereRerank(base_url=URL, api_key="any", top_n=3))  # its default model
    check(CohereRerank(base_url=f"{URL}/cohere", api_key="any", model="rerank-v3.5", top_n=1), 1)
    unknown = CohereRerank(base_url=URL, api_key="any", model="xyz")
    refused(
        cohere_sdk.errors.NotFoundError,
        "model 'xyz' not found",
        lambda: unknown.postprocess_nodes(nodes(), query_str=QUERY),
    )


def jina():
    for base in (f"{URL}/v1", f"{URL}/jina/v1"):
        check(JinaRerank(base_url=base, api_key="any", top_n=3))  # its default model
    unknown = JinaRerank(base_url=f"{URL}/v1", api_key="any", model="xyz")
    refused(
        RuntimeError,
        "model 'xyz' not found",
        lambda: unknown.postprocess_nodes(nodes(), query_str=QUERY),
    )


def voyage():
    reranker = VoyageAIRerank(model="rerank-2.5", api_key="any", top_n=2)
    # It has no option for the URL, its client has.
    reranker._client = voyageai.Client(api_key="any", base_url=f"{URL}/v1")
    check(reranker, 2)


def tei():
    for base in (URL, f"{URL}/tei"):
        check(TextEmbeddingInference(base_url=base, top_n=2), 2)


run(cohere, jina, voyage, tei)
