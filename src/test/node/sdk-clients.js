// Other services' Node SDKs against a running `./snapranker serve`: only the URL is changed.
//
//     node sdk-clients.js URL
import assert from "node:assert/strict";
import { BedrockAgentRuntimeClient, RerankCommand } from "@aws-sdk/client-bedrock-agent-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { CohereClient, CohereClientV2 } from "cohere-ai";
import { VoyageAIClient } from "voyageai";

const url = process.argv[2].replace(/\/$/, "");
const query = "capital of Australia";
const documents = ["Kangaroos can leap nine metres.", "Canberra is the capital of Australia."];

async function cohereV2() {
  const client = new CohereClientV2({ token: "any", environment: url, maxRetries: 0 });
  const reply = await client.rerank({ model: "rerank-v3.5", query, documents, topN: 1 });
  assert.deepEqual(reply.results.map((r) => r.index), [1]);
  assert.ok(reply.results[0].relevanceScore > 0.9);
  const many = await Promise.all(
    Array.from({ length: 20 }, () => client.rerank({ model: "rerank-v3.5", query, documents })),
  );
  assert.equal(new Set(many.map((r) => r.results[0].relevanceScore)).size, 1);
  await assert.rejects(client.rerank({ model: "xyz", query, documents }), (e) => {
    assert.equal(e.statusCode, 404);
    assert.match(JSON.stringify(e.body), /model 'xyz' not found/);
    return true;
  });
}

async function cohereV1() {
  const client = new CohereClient({ token: "any", environment: url, maxRetries: 0 });
  const reply = await client.rerank({
    query,
    documents: documents.map((text) => ({ text })),
    returnDocuments: true,
  });
  assert.equal(reply.results[0].index, 1);
  assert.equal(reply.results[0].document.text, documents[1]);
}

async function voyage() {
  const client = new VoyageAIClient({ apiKey: "any", environment: `${url}/v1`, maxRetries: 0 });
  const reply = await client.rerank({ model: "rerank-2.5-lite", query, documents, topK: 1 });
  assert.equal(reply.data[0].index, 1);
  assert.ok(reply.usage.totalTokens > 0);
}

async function bedrock() {
  const signatures = [];
  const client = new BedrockAgentRuntimeClient({
    // docs/clients.md shows it for an API that checks signatures.
    signingName: "execute-api",
    endpoint: url,
    region: "eu-west-1",
    // Its default is HTTP/2, which the local server does not speak; API Gateway does.
    requestHandler: new NodeHttpHandler(),
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
  });
  const command = (model) =>
    new RerankCommand({
      queries: [{ type: "TEXT", textQuery: { text: query } }],
      sources: documents.map((text) => ({
        type: "INLINE",
        inlineDocumentSource: { type: "TEXT", textDocument: { text } },
      })),
      rerankingConfiguration: {
        type: "BEDROCK_RERANKING_MODEL",
        bedrockRerankingConfiguration: {
          modelConfiguration: {
            modelArn: `arn:aws:bedrock:eu-west-1::foundation-model/${model}`,
          },
        },
      },
    });
  client.middlewareStack.add(
    (next) => (args) => {
      signatures.push(args.request.headers.authorization);
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  const reply = await client.send(command("cohere.rerank-v3-5:0"));
  assert.equal(reply.results[0].index, 1);
  assert.match(signatures[0], /\/eu-west-1\/execute-api\/aws4_request/);
  await assert.rejects(client.send(command("anthropic.x")), { name: "ResourceNotFoundException" });
}

for (const suite of [cohereV2, cohereV1, voyage, bedrock]) {
  await suite();
  console.log(`node ${suite.name}: ok`);
}
