// Reranks three candidates by a direct invoke of the function with the AWS SDK, without an API. The request is the
// payload.
//
//     npm ci && npx tsx invoke.ts FUNCTION_ALIAS
//
// FUNCTION_ALIAS is the output FunctionAlias of the stack; the caller needs lambda:InvokeFunction on it.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const [, , FunctionName, given] = process.argv;
const request = {
  query: "how do I undo the last git commit",
  top_k: 2,
  candidates: [
    "git log lists the commits of the current branch, newest first.",
    { id: "reset", text: "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged." },
    { id: "banana", text: "The banana is botanically a berry." },
  ],
};

const reply = await new LambdaClient().send(
  new InvokeCommand({ FunctionName, Payload: given ?? JSON.stringify(request) }),
);
const payload = JSON.parse(reply.Payload!.transformToString());
if (reply.FunctionError) {
  throw new Error(`${payload.errorType}: ${payload.errorMessage}`); // the invocation failed
}
if (payload.error) {
  throw new Error(`${payload.statusCode} ${payload.error.code}: ${payload.error.message}`); // the request was refused
}
for (const { rank, score, id } of payload.results) {
  console.log(`${rank}  ${score.toFixed(4)}  ${id}`);
}
