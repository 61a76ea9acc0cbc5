// Recognises a whole request that was pasted, of our own API or of another service.
import { parsed } from "./candidates.js";

/** Of a command such as the page itself shows, the body between single quotes. */
const CURL = /^(?:\$\s*)?curl\s[^]*?\s(?:-d|--data|--data-raw|--data-binary|--json)\s*'([^]*)'/;

const VLLM_ALONE = ["truncate_prompt_tokens", "truncation_side", "max_tokens_per_query", "use_activation", "instruction"];

/** Levels of a JSON document that are read, as many as the function takes by default. */
const DEEPEST = 64;

/**
 * {service, query, candidates, top, raw, explain, setting, left}: what the form takes, and the names of fields that it
 * has no place for. Undefined if the text is no request; {service, wrong} if it is one that the form cannot hold.
 */
export function recognise(text) {
  const command = CURL.exec(text.trimStart());
  const body = parsed(command === null ? text : command[1].replaceAll("'\\''", "'"));
  if (!isObject(body)) {
    return undefined;
  }
  const given = withoutNulls(body);
  const read = readerOf(given);
  if (read === undefined) {
    return undefined;
  }
  const { service, taken, ...request } = read;
  if (request.query !== undefined && typeof request.query !== "string") {
    return { service, wrong: "its query is not a text" };
  }
  const wrong = request.candidates.findIndex((one) => one === undefined);
  if (wrong >= 0) {
    return { service, wrong: `its document ${wrong + 1} has no text that the page can read` };
  }
  return { service, ...request, left: Object.keys(given).filter((name) => !taken.includes(name)) };
}

/** Null means left out. */
function withoutNulls(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readerOf(body) {
  if (Array.isArray(body.requests)) {
    const [first, ...more] = body.requests;
    const { requests: _, ...shared } = body;
    if (!Array.isArray(first?.candidates ?? shared.candidates)) {
      return undefined;
    }
    const read = native(withoutNulls({ ...shared, ...first }));
    return { ...read, service: `the first of ${more.length + 1} Snapranker requests`, taken: [...read.taken, "requests"] };
  }
  if (Array.isArray(body.candidates)) {
    return native(body);
  }
  if (Array.isArray(body.texts)) {
    return textEmbeddingsInference(body);
  }
  if (Array.isArray(body.queries) && Array.isArray(body.sources)) {
    return bedrock(body);
  }
  if (typeof body.query === "string" && Array.isArray(body.documents)) {
    return ofDocuments(body);
  }
  return score(body);
}

/** Whether the form has a place for an option of a native request; one of another type is left out. */
const FITS = {
  model: (value) => typeof value === "string",
  stages: (value) => Array.isArray(value) && value.every((stage) => typeof stage?.model === "string"),
  fusion: (value) => ["none", "linear", "rrf", "learned"].includes(value.method),
  passages: (value) =>
    isObject(value) && ["max", "first", "mean-top-2"].includes(value.aggregate ?? "max"),
  budget_ms: (value) => typeof value === "number",
  instruction: (value) => typeof value === "string",
};

function native(body) {
  const options = Object.keys(FITS).filter((name) => body[name] !== undefined && FITS[name](body[name]));
  return {
    service: "a Snapranker request",
    query: body.query,
    candidates: body.candidates,
    top: body.top_k,
    raw: body.raw_scores,
    explain: body.explain,
    setting: Object.fromEntries(options.map((name) => [name, body[name]])),
    taken: ["query", "candidates", "top_k", "raw_scores", "explain", ...options],
  };
}

function textEmbeddingsInference(body) {
  return {
    service: "a Text Embeddings Inference request",
    query: body.query,
    candidates: body.texts.map(stringOrText),
    raw: body.raw_scores,
    taken: ["query", "texts", "raw_scores"],
  };
}

function bedrock(body) {
  const configuration = body.rerankingConfiguration?.bedrockRerankingConfiguration;
  return {
    service: "an Amazon Bedrock request",
    query: body.queries[0]?.textQuery?.text,
    candidates: body.sources.map((source) => {
      const document = source?.inlineDocumentSource;
      return document?.type === "JSON" ? lines(document.jsonDocument) : document?.textDocument?.text;
    }),
    top: configuration?.numberOfResults,
    taken: ["queries", "sources", "rerankingConfiguration"],
  };
}

/** Services that have `query` and `documents` are told apart by fields and model names that only they have. */
function ofDocuments(body) {
  const has = (name) => body[name] !== undefined;
  const model = typeof body.model === "string" ? body.model : "";
  const request = {
    query: body.query,
    candidates: body.documents.map(stringOrText),
    top: body.top_n,
    setting: { model: body.model },
    taken: ["query", "documents", "top_n", "model"],
  };
  if (VLLM_ALONE.some(has)) {
    return withInstruction({ ...request, service: "a vLLM request" }, body);
  }
  if (!has("top_n") && (has("top_k") || has("truncation") || /^rerank-(lite-)?\d/.test(model))) {
    return { ...request, service: "a Voyage request", top: body.top_k, taken: [...request.taken, "top_k"] };
  }
  if (has("rank_fields") || has("max_chunks_per_doc")) {
    const fields = Array.isArray(body.rank_fields) ? body.rank_fields : ["text"];
    const candidates = body.documents.map((one) => stringOrFields(one, fields));
    return { ...inPassages(request), service: "a Cohere v1 request", candidates, taken: [...request.taken, "rank_fields"] };
  }
  if (has("max_tokens_per_doc") || has("priority") || /^rerank-(v\d|english|multilingual)/.test(model)) {
    return { ...inPassages(request), service: "a Cohere request" };
  }
  if (/^jina-/.test(model)) {
    return { ...request, service: "a Jina request" };
  }
  return { ...request, service: "a request as Cohere, Jina and vLLM have it" };
}

/** vLLM's `/score`. */
function score(body) {
  const [query, documents] = [
    ["text_1", "text_2"],
    ["queries", "documents"],
    ["queries", "items"],
    ["data_1", "data_2"],
  ].find(([one, many]) => typeof body[one] === "string" && Array.isArray(body[many])) ?? [];
  return query === undefined
    ? undefined
    : withInstruction(
        {
          service: "a vLLM score request",
          query: body[query],
          candidates: body[documents].map(stringOrText),
          setting: { model: body.model },
          taken: [query, documents, "model"],
        },
        body,
      );
}

/** With vLLM's instruction, if it is one that the form can hold. */
function withInstruction(request, { instruction }) {
  return instruction === undefined || !FITS.instruction(instruction)
    ? request
    : { ...request, setting: { ...request.setting, instruction }, taken: [...request.taken, "instruction"] };
}

/** As in Cohere's dialect, where a long document scores as its best part. */
function inPassages(request) {
  return { ...request, setting: { ...request.setting, passages: { aggregate: "max" } } };
}

/** A document as a candidate; undefined if it has no text. */
function stringOrText(document) {
  if (typeof document === "string") {
    return document;
  }
  return typeof document?.text === "string" ? document.text : undefined;
}

function stringOrFields(document, fields) {
  if (typeof document === "string") {
    return document;
  }
  const texts = fields.map((name) => document?.[name]).filter((text) => typeof text === "string");
  return texts.length === 0 ? undefined : texts.join("\n");
}

/** A JSON document as Bedrock's dialect reads it: lines of `field: value`. */
function lines(value, path = "", depth = 0) {
  if (value === null || value === undefined || depth > DEEPEST) {
    return undefined;
  }
  if (typeof value !== "object") {
    const text = String(value);
    return text.trim() === "" ? undefined : `${path === "" ? "" : `${path}: `}${text}`;
  }
  const below = Array.isArray(value)
    ? value.map((each) => lines(each, path, depth + 1))
    : Object.entries(value).map(([name, each]) => lines(each, path === "" ? name : `${path}.${name}`, depth + 1));
  const written = below.filter((line) => line !== undefined);
  return written.length === 0 ? undefined : written.join("\n");
}
