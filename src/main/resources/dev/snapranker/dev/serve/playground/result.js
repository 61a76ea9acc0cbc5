// The result: figures, and the lists after and before.
import { textOf } from "./candidates.js";
import { byIndex, differences } from "./compare.js";
import { $, element, listOf, spoken } from "./dom.js";
import { beforeBody, placeAndScore, rankedBody, shortNumber } from "./opened.js";
import { excerpt, placesOf } from "./text.js";

const MANY = 200;

/**
 * Shows what was ranked.
 *
 * @param runs one or two of {key, name, setting, reply, roundTripMillis}
 * @param explain from a candidate's index and a run, a promise of which sentences decide
 */
export function showResult(request, runs, explain) {
  const ranked = runs.map((run) => ({
    ...run,
    byIndex: byIndex(run.reply),
    title: runs.length === 1 ? "Reranked" : `${run.key.toUpperCase()}: ${run.name}`,
    short: runs.length === 1 ? "Reranked" : run.key.toUpperCase(),
    list: () => listOf(`after-${run.key}`),
  }));
  $("figures").replaceChildren(...ranked.map((run) => figures(run, ranked.length > 1)));
  const warnings = new Set(runs.flatMap(({ reply }) => reply.warnings));
  $("warnings").replaceChildren(...[...warnings].map((words) => element("li", "", words)));
  $("differences").textContent = ranked.length === 1 ? "" : summary(request, ranked);
  $("legend").hidden = !ranked.some(hasParts);
  const entry = { request, ranked, explain };
  for (const key of ["a", "b"]) {
    const run = ranked.find((each) => each.key === key);
    $(`after-${key}`).hidden = run === undefined;
    $(`after-${key}-title`).textContent = run?.title ?? "";
    listOf(`after-${key}`).replaceChildren(...(run?.reply.results ?? []).map((result) => rankedItem(entry, run, result)));
  }
  listOf("before").replaceChildren(...request.candidates.map((_, index) => beforeItem(entry, index)));
  for (const list of document.querySelectorAll(".lists ol")) {
    list.classList.toggle("many", list.childElementCount > MANY);
    list.querySelector(".head")?.setAttribute("tabindex", "0");
  }
  $("result").classList.toggle("compares", ranked.length > 1);
  $("result").hidden = false;
}

function figures({ title, reply, roundTripMillis }, named) {
  const { usage, timings_ms: millis } = reply;
  const explained = usage.explain?.passages > 0 ? ` (${usage.explain.tokens.toLocaleString("en")} to explain)` : "";
  const all = {
    Total: `${millis.total.toFixed(1)} ms`,
    Tokenize: `${millis.tokenize.toFixed(1)} ms`,
    Score: `${millis.score.toFixed(1)} ms`,
    "Round trip": `${roundTripMillis.toFixed(1)} ms`,
    Tokens: `${usage.tokens.toLocaleString("en")}${explained}`,
    Scored: `${usage.scored} of ${usage.candidates}`,
    Cut: String(usage.truncated),
  };
  const list = element("dl", "figures");
  list.append(
    ...Object.entries(all).map(([name, value]) => element("div", "", element("dt", "", name), element("dd", "", value))),
  );
  return named ? element("div", "", element("h2", "", title), list) : list;
}

function summary(request, [a, b]) {
  const { most, common, moved, furthest } = differences(a.reply, b.reply);
  const first = `A and B share ${common} of their first ${most}.`;
  if (furthest === null) {
    return `${first} No candidate changes its place.`;
  }
  const candidate = textOf(request.candidates[furthest.index]);
  const start = [...candidate.slice(0, 120)].slice(0, 50).join("");
  const name = start.length < candidate.length ? `${start}…` : start;
  const changed = moved === 1 ? "1 candidate changes its place" : `${moved} candidates change their places`;
  return `${first} ${changed}; the furthest goes from ${furthest.from} in A to ${furthest.to} in B: “${name}”`;
}

/** One candidate in a list: a button with its first lines, and a body that is made when it is first opened. */
function item(index, key, head, body) {
  const made = element("li");
  made.dataset.index = index;
  const box = element("div", "body");
  box.id = `${key}-${index}`;
  box.hidden = true;
  head.tabIndex = -1; // see keys.js
  head.ariaExpanded = "false";
  head.setAttribute("aria-controls", box.id);
  head.addEventListener("click", () => {
    const open = box.hidden;
    if (open && box.childElementCount === 0) {
      box.append(...body(box));
    }
    box.hidden = !open;
    head.ariaExpanded = String(open);
  });
  made.append(head, box);
  return made;
}

function headButton(...children) {
  const head = element("button", "head", ...children);
  head.type = "button";
  return head;
}

function rankedItem(entry, run, result) {
  const candidate = entry.request.candidates[result.index];
  const text = textOf(candidate);
  const head = headButton(
    ...rank(result.rank),
    move(result.index + 1 - result.rank),
    excerpt(text, placesOf(text, result)),
    score(result, run),
    ...others(entry, run, result),
  );
  return item(result.index, run.key, head, (box) => rankedBody(box, entry, run, result));
}

function beforeItem({ request, ranked }, index) {
  const candidate = request.candidates[index];
  const head = headButton(...rank(index + 1), excerpt(textOf(candidate)));
  if (typeof candidate.score === "number") {
    head.append(element("span", "score", spoken("first-stage score "), shortNumber(candidate.score)));
  }
  const made = item(index, "before", head, () => beforeBody({ request, ranked }, index));
  made.classList.toggle("gone", !ranked.some((run) => run.byIndex.has(index)));
  return made;
}

function rank(place) {
  return [spoken("place "), element("span", "rank", String(place)), " "];
}

function move(places) {
  if (places === 0) {
    return element("span", "move", element("span", "", spoken("stays"), sign("=")));
  }
  const up = places > 0;
  return element(
    "span",
    up ? "move up" : "move down",
    spoken(up ? "up " : "down "),
    sign(up ? "▲ " : "▼ "),
    `${Math.abs(places)} `,
  );
}

/** A sign that is not read out. */
function sign(character) {
  const made = element("span", "", character);
  made.ariaHidden = "true";
  return made;
}

function score(result, run) {
  const line = element("span", "score");
  if (result.score === undefined) {
    line.append("no score: time ran out");
    return line;
  }
  const fill = element("i", "fill");
  const part = element("i", "first-part");
  const share = Number.isFinite(result.logit) ? result.score : 1 / (1 + Math.exp(-result.score));
  const first = firstStageShare(result, run.setting.fusion);
  fill.style.width = `${(100 * (share - first)).toFixed(2)}%`;
  part.style.width = `${(100 * first).toFixed(2)}%`;
  line.append(element("span", "bar", fill, part), element("span", "", spoken("score "), result.score.toFixed(4)));
  if (result.scored === false) {
    line.append(element("span", "cut", "no text"));
  }
  if (result.truncated) {
    const cut = element("span", "cut", "✂ cut");
    cut.title = "The end of the text did not fit into the model's window. The model did not read it.";
    line.append(cut);
  }
  return line;
}

/** How much of the score the first stage gave, where the fused value is a sum of two parts in 0..1. */
function firstStageShare({ explain, score: whole, logit }, fusion) {
  const part = explain?.first_stage;
  if (part === undefined || logit === undefined) {
    return 0;
  }
  if (fusion?.method === "linear" && fusion.normalize !== "z-score") {
    return Math.min(part, whole);
  }
  return fusion?.method === "rrf" ? Math.min((part * ((fusion.k ?? 60) + 1)) / 2, whole) : 0;
}

function hasParts({ reply, setting }) {
  return reply.results.some((result) => firstStageShare(result, setting.fusion) > 0);
}

/** Where the other setting has the candidate. */
function others({ ranked }, run, result) {
  return ranked
    .filter((other) => other !== run)
    .map((other) => {
      const there = other.byIndex.get(result.index);
      const moved = there?.rank !== result.rank;
      return element("span", moved ? "other moved" : "other", `${other.short}: ${placeAndScore(there)}`);
    });
}
