// The same request in each dialect, for clients that already speak one.
import { textOf } from "./candidates.js";

/** Name, path, and body of {query, candidates, top, raw}; top is null for all. */
export const DIALECTS = [
  { name: "Snapranker", path: "/rerank", body: nativeBody },
  {
    name: "Cohere v2",
    path: "/v2/rerank",
    body: ({ query, candidates, top }) => ({
      model: "rerank-v3.5",
      query,
      documents: candidates.map(textOf),
      ...(top && { top_n: top }),
    }),
  },
  {
    name: "Cohere v1",
    path: "/cohere/v1/rerank",
    body: ({ query, candidates, top }) => ({
      query,
      documents: candidates.map(textOf),
      ...(top && { top_n: top }),
    }),
  },
  {
    name: "Jina, vLLM, llama.cpp",
    path: "/v1/rerank",
    body: ({ query, candidates, top }) => ({
      model: "jina-reranker-v2-base-multilingual",
      query,
      documents: candidates.map(textOf),
      ...(top && { top_n: top }),
    }),
  },
  {
    name: "Voyage",
    path: "/voyage/v1/rerank",
    body: ({ query, candidates, top }) => ({
      model: "rerank-2.5",
      query,
      documents: candidates.map(textOf),
      ...(top && { top_k: top }),
    }),
  },
  {
    name: "Text Embeddings Inference",
    path: "/tei/rerank",
    body: ({ query, candidates, raw }) => ({
      query,
      texts: candidates.map(textOf),
      ...(raw && { raw_scores: true }),
    }),
  },
  {
    name: "Amazon Bedrock",
    path: "/bedrock/rerank",
    body: ({ query, candidates, top }) => ({
      queries: [{ type: "TEXT", textQuery: { text: query } }],
      sources: candidates.map((candidate) => ({
        type: "INLINE",
        inlineDocumentSource: { type: "TEXT", textDocument: { text: textOf(candidate) } },
      })),
      rerankingConfiguration: {
        type: "BEDROCK_RERANKING_MODEL",
        bedrockRerankingConfiguration: {
          ...(top && { numberOfResults: top }),
          modelConfiguration: {
            modelArn: "arn:aws:bedrock:eu-west-1::foundation-model/amazon.rerank-v1:0",
          },
        },
      },
    }),
  },
];

export function nativeBody({ query, candidates, top, raw }) {
  return { query, candidates, ...(top && { top_k: top }), ...(raw && { raw_scores: true }) };
}

/** A command for a POSIX shell: nothing in single quotes is special but the quote itself. */
export function curl(dialect, origin, request) {
  const json = JSON.stringify(dialect.body(request), null, 1).replaceAll("'", "'\\''");
  return `curl -s ${origin}${dialect.path} -H 'content-type: application/json' -d '${json}'`;
}
