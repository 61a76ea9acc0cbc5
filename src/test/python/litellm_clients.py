"""LiteLLM's rerank providers against a running `./snapranker serve`: only `api_base` is changed.

python litellm_clients.py URL
"""

import asyncio

from checks import DOCUMENTS, QUERY, URL, expect, expect_best_first, refused, run

import litellm

litellm.telemetry = False
litellm.suppress_debug_info = True


def rerank(model, base, documents=DOCUMENTS, **options):
    return litellm.rerank(
        model=model,
        query=QUERY,
        documents=documents,
        api_base=base,
        api_key="any",
        num_retries=0,
        **options,
    )


def ranked(reply):
    return [(result["index"], result["relevance_score"]) for result in reply.results]


def cohere():
    reply = rerank("cohere/rerank-v3.5", URL)
    expect_best_first(ranked(reply))
    expect(reply.meta["billed_units"]["search_units"] == 1, reply)
    expect(len(rerank("cohere/rerank-v3.5", f"{URL}/cohere", top_n=1).results) == 1, reply)
    # max_chunks_per_doc makes it Cohere's v1.
    v1 = rerank("cohere/rerank-english-v3.0", f"{URL}/v1/rerank", max_chunks_per_doc=3)
    expect_best_first(ranked(v1))
    expect_best_first(ranked(rerank("cohere/rerank-v3.5", URL, max_tokens_per_doc=200)))
    refused(
        litellm.exceptions.BadRequestError,
        "list of documents must not be empty",
        lambda: rerank("cohere/rerank-v3.5", URL, documents=[]),
    )


def jina_ai():
    for model in ("jina_ai/jina-reranker-v2-base-multilingual", "jina_ai/jina-reranker-m0"):
        reply = rerank(model, URL, return_documents=True)
        expect_best_first(ranked(reply))
        expect(reply.results[0]["document"]["text"] == DOCUMENTS[1], reply)
        expect(reply.meta["billed_units"]["total_tokens"] > 0, reply)


def voyage():
    reply = rerank("voyage/rerank-2.5", f"{URL}/v1", top_n=2, return_documents=True)
    expect_best_first(ranked(reply))
    expect(len(reply.results) == 2, reply)
    expect(reply.results[0]["document"]["text"] == DOCUMENTS[1], reply)
    expect_best_first(ranked(rerank("voyage/rerank-2.5", f"{URL}/voyage")))


def infinity():
    # Its default asks for the documents, and it takes them as strings alone.
    reply = rerank("infinity/snap-base", f"{URL}/infinity")
    expect_best_first(ranked(reply))
    expect(reply.results[0]["document"]["text"] == DOCUMENTS[1], reply)
    for base in (f"{URL}/infinity", URL, f"{URL}/v1"):
        reply = rerank("infinity/snap-base", base, return_documents=False)
        expect_best_first(ranked(reply))


def huggingface():
    reply = rerank("huggingface/BAAI/bge-reranker-base", URL, top_n=1, return_documents=True)
    expect_best_first(ranked(reply))
    expect(reply.results[0]["document"]["text"] == DOCUMENTS[1], reply)
    start, end = (
        rerank(
            "huggingface/BAAI/bge-reranker-base",
            URL,
            documents=["cat " * 1000 + DOCUMENTS[1]],
            truncate=True,
            truncation_direction=cut_off,
        ).results[0]["relevance_score"]
        for cut_off in ("Right", "Left")
    )
    expect(end > 2 * start, (start, end))


def hosted_vllm():
    for base in (f"{URL}/v1", URL):
        reply = rerank("hosted_vllm/snap-base", base, top_n=2, return_documents=True)
        expect_best_first(ranked(reply))
        expect(len(reply.results) == 2, reply)
    # Each document's end: of a kangaroo's 600 words, and of the capital after as many cats.
    long = [DOCUMENTS[0] * 100, "cat " * 1000 + DOCUMENTS[1]]
    left = rerank(
        "hosted_vllm/snap-base",
        f"{URL}/v1",
        documents=long,
        truncate_prompt_tokens=64,
        truncation_side="left",
    )
    expect(ranked(left)[0][0] == 1, left)
    expect(ranked(left)[0][1] > 0.5, left)
    limited = rerank(
        "hosted_vllm/snap-base", f"{URL}/v1", max_tokens_per_doc=4, max_tokens_per_query=16
    )
    expect(len(limited.results) == len(DOCUMENTS), limited)


def asynchronous():
    async def many():
        calls = [
            litellm.arerank(
                model="cohere/rerank-v3.5",
                query=QUERY,
                documents=DOCUMENTS,
                api_base=URL,
                api_key="any",
            )
            for _ in range(10)
        ]
        return await asyncio.gather(*calls)

    scores = {reply.results[0]["relevance_score"] for reply in asyncio.run(many())}
    expect(len(scores) == 1, scores)


run(
    cohere,
    jina_ai,
    voyage,
    infinity,
    huggingface,
    hosted_vllm,
    asynchronous,
    # LiteLLM asks it for the configuration of a model named huggingface/…, to calculate what a call cost.
    looked_up=["huggingface.co"],
)
