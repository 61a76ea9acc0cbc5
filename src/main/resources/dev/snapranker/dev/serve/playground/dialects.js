// The same request in each dialect, for clients that already speak one.
import { textOf } from "./candidates.js";

/** Linux takes no argument of 128 KiB or more. */
const MOST_IN_COMMAND = 100_000;

const top = (name) => (request) => (request.top === null ? {} : { [name]: request.top });

const documents =
  (topName, named = true) =>
  (request, model) => ({
    ...(named && { model }),
    query: request.query,
    documents: request.candidates.map(textOf),
    ...top(topName)(request),
  });

/**
 * Name, path, body of a request with a model, and which of the form's choices the body has a field for. Top is null
 * for all; the model is a loaded one, which is ours under any alias.
 */
export const DIALECTS = [
  {
    name: "Snapranker",
    path: "/rerank",
    body: (request) => nativeBody(request, request.settings[0]),
    says: { top: true, logits: true, fields: true, setting: true },
  },
  { name: "Cohere v2", path: "/v2/rerank", body: documents("top_n"), says: { top: true } },
  { name: "Cohere v1", path: "/cohere/v1/rerank", body: documents("top_n", false), says: { top: true } },
  {
    name: "Jina, vLLM, llama.cpp",
    path: "/jina/v1/rerank",
    body: (request, model) => {
      const { instruction } = request.settings[0];
      return { ...documents("top_n")(request, model), ...(instruction && { instruction }) };
    },
    says: { top: true, instruction: true },
  },
  { name: "Voyage", path: "/voyage/v1/rerank", body: documents("top_k"), says: { top: true } },
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
    body: (request, model) => ({
      queries: [{ type: "TEXT", textQuery: { text: request.query } }],
      sources: request.candidates.map((candidate) => ({
        type: "INLINE",
        inlineDocumentSource: { type: "TEXT", textDocument: { text: textOf(candidate) } },
      })),
      rerankingConfiguration: {
        type: "BEDROCK_RERANKING_MODEL",
        bedrockRerankingConfiguration: {
          ...top("numberOfResults")(request),
          modelConfiguration: { modelArn: `arn:aws:bedrock:eu-west-1::foundation-model/${model}` },
        },
      },
    }),
    says: { top: true },
  },
];

/** The native API's body for one of the form's settings. */
export function nativeBody({ query, candidates, top: most, raw, explain }, setting) {
  return {
    query,
    candidates,
    ...(most !== null && { top_k: most }),
    ...(raw && { raw_scores: true }),
    ...(explain && { explain: true }),
    ...setting,
  };
}

/** A command for a POSIX shell: nothing in single quotes is special but the quote itself. */
export function curl(dialect, origin, body) {
  const json = JSON.stringify(body, null, 1);
  const data = fitsACommand(body) ? `'${json.replaceAll("'", "'\\''")}'` : "@request.json";
  return `curl -s ${origin}${dialect.path} -H 'content-type: application/json' -d ${data}`;
}

/** Whether a shell takes the body as an argument; else it has to be a file. */
export function fitsACommand(body) {
  return new Blob([JSON.stringify(body, null, 1)]).size <= MOST_IN_COMMAND;
}

/** What the form says and the dialect has no field for. */
export function unsaid({ says }, { candidates, top: most, raw, explain, settings }) {
  const fields = new Set(candidates.flatMap((one) => (typeof one === "string" ? [] : Object.keys(one))));
  fields.delete("text");
  const named = { stages: "stages", fusion: "fusion", passages: "passages", budget_ms: "a budget", instruction: "an instruction" };
  const said = ["model", ...(says.instruction ? ["instruction"] : [])];
  return [
    ...(most !== null && !says.top ? ["the number of results"] : []),
    ...(raw && !says.logits ? ["logits"] : []),
    ...(says.setting ? [] : Object.keys(settings[0]).filter((name) => !said.includes(name)).map((name) => named[name])),
    ...(explain && !says.setting ? ["explanations"] : []),
    ...(says.fields ? [] : [...fields].map((field) => `the candidates' ${field}`)),
  ];
}
