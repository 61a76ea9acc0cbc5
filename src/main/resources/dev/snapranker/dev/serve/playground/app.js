import { asJson, readCandidates, textOf, wholeRequest } from "./candidates.js";
import { DIALECTS, curl, nativeBody, unsaid } from "./dialects.js";

const EXAMPLE = {
  query: "how do I undo the last git commit",
  candidates: [
    "git log lists the commits of the current branch, newest first.",
    "git stash puts uncommitted changes aside, to be taken up again later.",
    "The last commit of the river festival's organisers was to plant a tree for each visitor.",
    "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged.",
    "git commit records the staged changes with a message.",
    "git revert makes a new commit that undoes the changes of an earlier one.",
    "Undo the lid, then fill the tank up to the last mark.",
    "The banana is botanically a berry.",
  ],
};

const $ = (id) => document.getElementById(id);

let model; // the loaded one's id, once the server told it
let latest = new AbortController(); // of the request that was sent last, the only one whose reply counts

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** What the form says; throws an Error for the reader. */
function typed() {
  return {
    query: $("query").value,
    ...readCandidates($("candidates").value),
    top: $("top").value === "" ? null : Number($("top").value),
    raw: $("raw").checked,
    model,
  };
}

function say(text, wrong = false) {
  $("status").textContent = text;
  $("status").classList.toggle("wrong", wrong);
}

/** Says what is wrong, without a result beside it that is not its own. */
function fail(text) {
  say(text, true);
  $("result").hidden = true;
}

async function rerank() {
  latest.abort();
  latest = new AbortController();
  const { signal } = latest;
  try {
    const request = typed();
    say("Ranking …");
    const started = performance.now();
    const { status, reply } = await post(nativeBody(request), signal);
    if (status !== 200) {
      fail(`${status}: ${reply.error?.message ?? reply.message}`);
      return;
    }
    show(request, reply, performance.now() - started);
    const count = request.candidates.length;
    say(`${count} ${count === 1 ? "candidate" : "candidates"} ranked, read as ${request.as}.`);
  } catch (e) {
    if (!signal.aborted) {
      fail(e.message);
    }
  }
}

async function post(body, signal) {
  try {
    const response = await fetch("/rerank", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    return { status: response.status, reply: await response.json() };
  } catch (e) {
    throw new Error(`The server did not answer: ${e.message}`);
  }
}

function show(request, reply, roundTripMillis) {
  const figures = {
    Total: `${reply.timings_ms.total.toFixed(1)} ms`,
    Tokenize: `${reply.timings_ms.tokenize.toFixed(1)} ms`,
    Score: `${reply.timings_ms.score.toFixed(1)} ms`,
    "Round trip": `${roundTripMillis.toFixed(1)} ms`,
    Tokens: reply.usage.tokens.toLocaleString("en"),
    Cut: String(reply.usage.truncated),
  };
  $("figures").replaceChildren(
    ...Object.entries(figures).map(([name, value]) => {
      const pair = element("div", "", "");
      pair.append(element("dt", "", name), element("dd", "", value));
      return pair;
    }),
  );
  $("warnings").replaceChildren(...reply.warnings.map((text) => element("li", "", text)));

  const rankOf = new Map(reply.results.map((result) => [result.index, result.rank]));
  $("before").replaceChildren(
    ...request.candidates.map((candidate, index) => {
      const item = document.createElement("li");
      item.dataset.index = index;
      item.classList.toggle("gone", !rankOf.has(index));
      item.append(
        element("span", "rank", String(index + 1)),
        element("span", "text", textOf(candidate)),
      );
      return item;
    }),
  );
  $("after").replaceChildren(
    ...reply.results.map((result) => resultItem(result, request.candidates[result.index])),
  );
  $("result").hidden = false;
}

function resultItem(result, candidate) {
  const item = document.createElement("li");
  item.dataset.index = result.index;
  item.tabIndex = 0;
  item.append(
    element("span", "rank", String(result.rank)),
    move(result.index + 1 - result.rank),
    element("span", "text", textOf(candidate)),
    score(result),
  );
  const twin = () => $("before").children[result.index];
  for (const [on, off] of [["mouseenter", "mouseleave"], ["focus", "blur"]]) {
    item.addEventListener(on, () => twin().classList.add("same"));
    item.addEventListener(off, () => twin().classList.remove("same"));
  }
  return item;
}

function move(places) {
  if (places === 0) {
    const still = element("span", "move", "=");
    still.ariaLabel = "stays";
    return still;
  }
  const up = places > 0;
  const arrow = element(
    "span",
    up ? "move up" : "move down",
    `${up ? "▲" : "▼"} ${Math.abs(places)}`,
  );
  arrow.ariaLabel = `${up ? "up" : "down"} ${Math.abs(places)}`;
  return arrow;
}

function score(result) {
  const line = element("span", "score", "");
  if (result.scored === false) {
    line.append(element("span", "", result.score === undefined ? "time ran out" : "no text"));
    return line;
  }
  const bar = element("span", "bar", "");
  const fill = document.createElement("i");
  const share = result.logit === undefined ? 1 / (1 + Math.exp(-result.score)) : result.score;
  fill.style.width = `${(100 * share).toFixed(2)}%`;
  bar.append(fill);
  line.append(bar, element("span", "", result.score.toFixed(4)));
  if (result.truncated) {
    const cut = element("span", "cut", "✂ cut");
    cut.title = "Its end did not fit into the model's window and was not scored.";
    line.append(cut);
  }
  return line;
}

function showCurl() {
  try {
    const dialect = DIALECTS[$("dialect").value];
    const request = typed();
    const left = unsaid(dialect, request);
    $("curl").textContent = curl(dialect, location.origin, request);
    $("unsaid").textContent = left.length === 0 ? "" : `${dialect.name} has no field for ${left.join(", ")}.`;
    $("copy").disabled = false;
  } catch (e) {
    $("curl").textContent = e.message;
    $("unsaid").textContent = "";
    $("copy").disabled = true;
  }
}

async function copyCurl() {
  try {
    await navigator.clipboard.writeText($("curl").textContent);
    $("copy").textContent = "Copied";
  } catch {
    // Browsers refuse without permission, and outside of https and localhost.
    getSelection().selectAllChildren($("curl"));
    $("copy").textContent = "Not allowed; the command is selected";
  }
  setTimeout(() => ($("copy").textContent = "Copy"), 3000);
}

/** A whole request pasted as candidates goes to the fields that it is for. */
function unpack() {
  const request = wholeRequest($("candidates").value);
  if (request === undefined) {
    return;
  }
  const { query, candidates, top_k, raw_scores, ...others } = request;
  $("query").value = query ?? "";
  $("candidates").value = asJson(candidates);
  $("top").value = top_k ?? "";
  $("raw").checked = raw_scores === true;
  const left = Object.keys(others);
  say(
    left.length === 0
      ? "A whole request: it is in the form now."
      : `A whole request: it is in the form now, but for ${left.join(", ")}.`,
  );
}

function fillExample() {
  $("query").value = EXAMPLE.query;
  $("candidates").value = EXAMPLE.candidates.join("\n");
  showCurl();
}

async function showModel() {
  model = (await (await fetch("/health")).json()).model;
  $("model").textContent = `model ${model}`;
  showCurl();
}

DIALECTS.forEach((dialect, i) => $("dialect").append(new Option(dialect.name, i)));
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  rerank();
});
$("form").addEventListener("input", () => {
  unpack();
  showCurl();
});
$("form").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    $("form").requestSubmit();
  }
});
$("dialect").addEventListener("change", showCurl);
$("copy").addEventListener("click", copyCurl);
$("example").addEventListener("click", fillExample);
fillExample();
showModel();
rerank();
