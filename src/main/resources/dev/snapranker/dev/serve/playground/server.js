// Asks the server that this page came from, and no other.
import { Wrong, refusal } from "./errors.js";

/** What the server has loaded: {model, models, stages}. */
export async function health() {
  return (await ask("/health")).reply;
}

/**
 * The reply and how long it took to come; throws a Wrong.
 *
 * @param setting whose fields an error may be about
 */
export async function rank(body, setting, signal) {
  const started = performance.now();
  const { status, reply } = await ask("/rerank", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (status !== 200) {
    throw reply.error === undefined ? new Wrong(words(status, reply.message)) : refusal(reply.error, setting);
  }
  return { reply, roundTripMillis: performance.now() - started };
}

/** What is not the function's own refusal but API Gateway's. */
function words(status, message) {
  return status === 413
    ? "The request is longer than the 6 MB that Lambda takes. Rank fewer or shorter candidates."
    : `The server answered ${status}: ${message}`;
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (e) {
    if (options.signal?.aborted) {
      throw e;
    }
    throw new Wrong("The server does not answer. Check that ./snapranker serve still runs, then try again.");
  }
  const text = await response.text();
  try {
    return { status: response.status, reply: JSON.parse(text) };
  } catch {
    throw new Wrong(`The server answered ${response.status} with something other than JSON. Look at its console.`);
  }
}
