// Node frameworks against a running `./snapranker serve`: only the URL is changed.
//
//     node framework-clients.js URL
import assert from "node:assert/strict";
import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { createCohere } from "@ai-sdk/cohere";
import { CohereRerank } from "@langchain/cohere";
import { Document } from "@langchain/core/documents";
import { rerank } from "ai";
import { CohereClient } from "cohere-ai";

globalThis.AI_SDK_LOG_WARNINGS = false; // that objects go as strings

const url = process.argv[2].replace(/\/$/, "");
const query = "capital of Australia";
const documents = [
  "Kangaroos can leap nine metres.",
  "Canberra is the capital of Australia.",
  "Bananas are berries.",
];

function bestFirst(places, scores) {
  assert.equal(places[0], 1);
  assert.ok(scores[0] > 0.9 && scores[0] <= 1, scores);
  assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
  assert.ok(scores.slice(1).every((score) => score >= 0 && score < 0.5), scores);
}

async function vercelCohere() {
  const cohere = createCohere({ apiKey: "any", baseURL: `${url}/v2` });
  const model = cohere.reranking("rerank-v3.5");
  const { ranking, rerankedDocuments } = await rerank({ model, query, documents });
  bestFirst(ranking.map((r) => r.originalIndex), ranking.map((r) => r.score));
  assert.equal(rerankedDocuments[0], documents[1]);
  const top = await rerank({
    model,
    query,
    documents,
    topN: 1,
    providerOptions: { cohere: { maxTokensPerDoc: 200, priority: 1 } },
  });
  assert.equal(top.ranking.length, 1);
  // Objects go as strings of JSON.
  const rows = documents.map((text, place) => ({ place, text }));
  const objects = await rerank({ model, query, documents: rows, topN: 1 });
  assert.equal(objects.rerankedDocuments[0].place, 1);
  await assert.rejects(
    rerank({ model: cohere.reranking("xyz"), query, documents, maxRetries: 0 }),
    (e) => e.statusCode === 404 && /model 'xyz' not found/.test(e.message),
  );
}

async function vercelBedrock() {
  const bedrock = createAmazonBedrock({
    region: "eu-west-1",
    baseURL: url,
    accessKeyId: "id",
    secretAccessKey: "secret",
  });
  const model = bedrock.reranking("cohere.rerank-v3-5:0");
  const { ranking } = await rerank({ model, query, documents });
  bestFirst(ranking.map((r) => r.originalIndex), ranking.map((r) => r.score));
  const rows = documents.map((text, place) => ({ place, text }));
  const objects = await rerank({ model, query, documents: rows, topN: 1 });
  assert.equal(objects.rerankedDocuments[0].place, 1);
}

async function langchainCohere() {
  const client = new CohereClient({ token: "any", environment: url });
  const reranker = new CohereRerank({ client, apiKey: "any", model: "rerank-english-v3.0" });
  const given = documents.map((pageContent, place) => new Document({ pageContent, metadata: { place } }));
  const ranked = await reranker.compressDocuments(given, query);
  bestFirst(ranked.map((d) => d.metadata.place), ranked.map((d) => d.metadata.relevanceScore));
  const limited = await reranker.rerank(documents, query, { topN: 1, maxChunksPerDoc: 3 });
  bestFirst(limited.map((r) => r.index), limited.map((r) => r.relevanceScore));
  assert.equal(limited.length, 1);
}

for (const suite of [vercelCohere, vercelBedrock, langchainCohere]) {
  await suite();
  console.log(`node ${suite.name}: ok`);
}
