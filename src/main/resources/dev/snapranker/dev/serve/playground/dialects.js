// The same request in each dialect, for clients that already speak one.
import { textOf } from "./candidates.js";

/**
 * Name, path, body of {query, candidates, top, raw, model}, and whether the body has a field for top, logits and what
 * candidates have beside their text. Top is null for all; the model is the loaded one, which is ours under any alias.
 */
export const DIALECTS = [
  {
    name: "Snapranker",
    path: "/rerank",
    body: nativeBody,
    says: { top: true, logits: true, fields: true },
  },
  {
    name: "Cohere v2",
    path: "/v2/rerank",
    body: ({ query, candidates, top, model }) => ({
      model,
      query,
      documents: candidates.map(textOf),
      ...(top !== null && { top_n: top }),
    }),
    says: { top: true },
  },
  {
    name: "Cohere v1",
    path: "/cohere/v1/rerank",
    body: ({ query, candidates, top }) => ({
      query,
      documents: candidates.map(textOf),
      ...(top !== null && { top_n: top }),
    }),
    says: { top: true },
  },
  {
    name: "Jina, vLLM, llama.cpp",
    path: "/jina/v1/rerank",
    body: ({ query, candidates, top, model }) => ({
      model,
      query,
      documents: candidates.map(textOf),
      ...(top !== null && { top_n: top }),
    }),
    says: { top: true },
  },
  {
    name: "Voyage",
    path: "/voyage/v1/rerank",
    body: ({ query, candidates, top, model }) => ({
      model,
      query,
      documents: candidates.map(textOf),
      ...(top !== null && { top_k: top }),
    }),
    says: { top: true },
  },
  {
    name: "Text Embeddings Inference",
    path: "/tei/rerank",
    body: ({ query, candidates, raw }) => ({
      query,
      texts: candidates.map(textOf),
      ...(raw && { raw_scores: true }),
    }),
    says: { logits: true },
  },
  {
    name: "Amazon Bedrock",
    path: "/bedrock/rerank",
    body: ({ query, candidates, top, model }) => ({
      queries: [{ type: "TEXT", textQuery: { text: query } }],
      sources: candidates.map((candidate) => ({
        type: "INLINE",
        inlineDocumentSource: { type: "TEXT", textDocument: { text: textOf(candidate) } },
      })),
      rerankingConfiguration: {
        type: "BEDROCK_RERANKING_MODEL",
        bedrockRerankingConfiguration: {
          ...(top !== null && { numberOfResults: top }),
          modelConfiguration: {
            modelArn: `arn:aws:bedrock:eu-west-1::foundation-model/${model}`,
          },
        },
      },
    }),
    says: { top: true },
  },
];

export function nativeBody({ query, candidates, top, raw }) {
  return { query, candidates, ...(top !== null && { top_k: top }), ...(raw && { raw_scores: true }) };
}

/** A command for a POSIX shell: nothing in single quotes is special but the quote itself. */
export function curl(dialect, origin, request) {
  const json = JSON.stringify(dialect.body(request), null, 1).replaceAll("'", "'\\''");
  return `curl -s ${origin}${dialect.path} -H 'content-type: application/json' -d '${json}'`;
}

/** What the form says and the dialect has no field for. */
export function unsaid({ says }, { candidates, top, raw }) {
  const fields = new Set(candidates.flatMap((one) => (typeof one === "string" ? [] : Object.keys(one))));
  fields.delete("text");
  return [
    ...(top !== null && !says.top ? ["the top"] : []),
    ...(raw && !says.logits ? ["logits"] : []),
    ...(says.fields ? [] : [...fields].map((field) => `the candidates' ${field}`)),
  ];
}
