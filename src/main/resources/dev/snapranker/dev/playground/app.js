import { parseCandidates, textOf } from "./candidates.js";
import { DIALECTS, curl, nativeBody } from "./dialects.js";

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
    candidates: parseCandidates($("candidates").value),
    top: $("top").value === "" ? null : Number($("top").value),
    raw: $("raw").checked,
  };
}

function say(text, wrong = false) {
  $("status").textContent = text;
  $("status").classList.toggle("wrong", wrong);
}

async function rerank() {
  let request;
  try {
    request = typed();
  } catch (e) {
    say(e.message, true);
    return;
  }
  $("rerank").disabled = true;
  say("Ranking …");
  try {
    const started = performance.now();
    const response = await fetch("/rerank", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(nativeBody(request)),
    });
    const reply = await response.json();
    if (!response.ok) {
      say(`${response.status}: ${reply.error?.message ?? reply.message}`, true);
      return;
    }
    show(request, reply, performance.now() - started);
    say(`${request.candidates.length} candidates ranked.`);
  } catch (e) {
    say(`The server did not answer: ${e.message}`, true);
  } finally {
    $("rerank").disabled = false;
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
    $("curl").textContent = curl(DIALECTS[$("dialect").value], location.origin, typed());
    $("copy").disabled = false;
  } catch (e) {
    $("curl").textContent = e.message;
    $("copy").disabled = true;
  }
}

async function copyCurl() {
  await navigator.clipboard.writeText($("curl").textContent);
  $("copy").textContent = "Copied";
  setTimeout(() => ($("copy").textContent = "Copy"), 1500);
}

function fillExample() {
  $("query").value = EXAMPLE.query;
  $("candidates").value = EXAMPLE.candidates.join("\n");
  showCurl();
}

async function showModel() {
  const health = await (await fetch("/health")).json();
  $("model").textContent = `model ${health.model}`;
}

DIALECTS.forEach((dialect, i) => $("dialect").append(new Option(dialect.name, i)));
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  rerank();
});
$("form").addEventListener("input", showCurl);
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
