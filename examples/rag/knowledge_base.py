"""Reranks the passages that a Bedrock Knowledge Base retrieves. Knowledge Bases take only Bedrock's own rerankers, so the function is
asked after Retrieve.

    python knowledge_base.py --knowledge-base ID --function URL --query "…" [--retrieve 50] [--top 5] [--unsigned]
"""

import argparse

import boto3

from snapranker import rerank


def retrieve(bedrock, knowledge_base, query, number):
    """The passages that Retrieve returns, without those that have no text."""
    reply = bedrock.retrieve(
        knowledgeBaseId=knowledge_base,
        retrievalQuery={"text": query},
        retrievalConfiguration={"vectorSearchConfiguration": {"numberOfResults": number}},
    )
    return [passage for passage in reply["retrievalResults"] if passage["content"].get("text", "").strip()]


def candidate(passage):
    """A candidate with the knowledge base's score, if there is one."""
    text = {"text": passage["content"]["text"]}
    return text | {"score": passage["score"]} if "score" in passage else text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--knowledge-base", required=True)
    parser.add_argument("--function", required=True, help="the API's URL")
    parser.add_argument("--query", required=True)
    parser.add_argument("--retrieve", type=int, default=50, help="passages to ask the knowledge base for, 1..100")
    parser.add_argument("--top", type=int, default=5, help="passages to keep")
    parser.add_argument("--unsigned", action="store_true", help="do not sign the call of the function, for a local server")
    arguments = parser.parse_args()

    session = boto3.Session()
    passages = retrieve(
        session.client("bedrock-agent-runtime"), arguments.knowledge_base, arguments.query, arguments.retrieve
    )
    if not passages:
        print("The knowledge base found no passage.")
        return
    results = rerank(
        arguments.function,
        arguments.query,
        [candidate(passage) for passage in passages],
        arguments.top,
        session=None if arguments.unsigned else session,
    )
    for result in results:
        passage = passages[result["index"]]
        source = passage.get("location", {}).get("s3Location", {}).get("uri", "")
        print(f"{result['score']:.4f}  was {result['index'] + 1:3}  {source}  {passage['content']['text'][:80]}")


if __name__ == "__main__":
    main()
