// Reranks three candidates over HTTP.
//
//     npm ci && SNAPRANKER_URL=https://….amazonaws.com npx tsx rerank.ts
//
// The stack's parameter Auth decides which credentials the API needs: SNAPRANKER_TOKEN (jwt), SNAPRANKER_API_KEY (api-key),
// or AWS credentials and AWS_REGION (iam, the default). `./snapranker serve` needs none.
import { Sha256 } from "@aws-crypto/sha256-js";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { SignatureV4 } from "@smithy/signature-v4";

interface Reply {
  results: { id: string; index: number; rank: number; score: number }[];
}

const request = {
  query: "how do I undo the last git commit",
  top_k: 2,
  candidates: [
    "git log lists the commits of the current branch, newest first.",
    { id: "reset", text: "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged." },
    { id: "banana", text: "The banana is botanically a berry." },
  ],
};

async function headers(url: URL, body: string): Promise<Record<string, string>> {
  const { SNAPRANKER_TOKEN, SNAPRANKER_API_KEY, AWS_REGION } = process.env;
  const content = { "content-type": "application/json" };
  if (SNAPRANKER_TOKEN) return { ...content, authorization: `Bearer ${SNAPRANKER_TOKEN}` };
  if (SNAPRANKER_API_KEY) return { ...content, "x-api-key": SNAPRANKER_API_KEY };
  if (!AWS_REGION) return content;
  const signer = new SignatureV4({
    credentials: fromNodeProviderChain(),
    region: AWS_REGION,
    service: "execute-api",
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { ...content, host: url.host },
    body,
  });
  return signed.headers;
}

async function rerank(url: URL, body: string): Promise<Reply> {
  const response = await fetch(url, {
    method: "POST",
    headers: await headers(url, body),
    body,
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) {
    // {"error": {"code": …, "message": …, "field": …}}
    throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as Reply;
}

const address = process.env.SNAPRANKER_URL;
if (!address) {
  throw new Error("SNAPRANKER_URL is not set; expected the address of the API");
}
const url = new URL(`${address.replace(/\/$/, "")}/rerank`);
const { results } = await rerank(url, process.argv[2] ?? JSON.stringify(request));
for (const { rank, score, id } of results) {
  console.log(`${rank}  ${score.toFixed(4)}  ${id}`);
}
