// What a candidate's opened entry says: its text, what decided, what is known of it, and ways to it in other lists.
import { textOf } from "./candidates.js";
import { button, element, listOf } from "./dom.js";
import { goToTwin } from "./keys.js";
import { fullText, placesOf } from "./text.js";

const BEFORE = { short: "First stage", list: () => listOf("before") };

/** The server explains as many results of its own accord (rank/Explainer). */
const EXPLAINED = 3;

const NO_SENTENCE = "No sentence decides: there is one alone, or the logit falls with none.";

/** Of a candidate in the first stage's list. */
export function beforeBody({ request, ranked }, index) {
  const candidate = request.candidates[index];
  return [
    fullText(textOf(candidate)),
    about(request.candidates, index, []),
    ...metadata(candidate),
    jumps(index, ranked),
  ];
}

/** Of a result. */
export function rankedBody(box, entry, run, result) {
  const { request, ranked } = entry;
  const candidate = request.candidates[result.index];
  const text = textOf(candidate);
  const sentences = result.explain?.sentences ?? [];
  const rows = [
    ...(result.explain?.stages ?? []).map(({ model, logit }) => [`Logit, ${model}`, shortNumber(logit)]),
    ...(result.explain || result.logit === undefined ? [] : [["Logit", shortNumber(result.logit)]]),
    ...(result.score === undefined ? [] : [["Score", result.score.toFixed(4)]]),
    ...(result.explain?.first_stage === undefined
      ? []
      : [["Of the fused value, from the first stage", result.explain.first_stage.toFixed(4)]]),
    ...(result.tokens_total === undefined ? [] : [["Tokens read", `${result.tokens_kept} of ${result.tokens_total}`]]),
    ...ranked
      .filter((other) => other !== run)
      .map((other) => [`In ${other.short}`, placeAndScore(other.byIndex.get(result.index))]),
  ];
  const parts = [
    fullText(text, placesOf(text, result)),
    ...effects(text, sentences),
    about(request.candidates, result.index, rows),
    ...metadata(candidate),
  ];
  const actions = jumps(result.index, [...ranked.filter((other) => other !== run), BEFORE]);
  if (result.scored !== false && sentences.length === 0) {
    const known = result.explain !== undefined && (result.rank <= EXPLAINED || result.asked);
    actions.prepend(known ? element("span", "quiet", NO_SENTENCE) : whichSentence(box, entry, run, result));
  }
  return [...parts, actions];
}

/** The results that the server did not explain are explained one at a time, when asked. */
function whichSentence(box, entry, run, result) {
  const ask = button("Which sentence decides?", async () => {
    ask.disabled = true;
    ask.textContent = "Asking …";
    try {
      const { passage, sentences, stages } = await entry.explain(result, run);
      const explained = { ...result, asked: true, explain: { stages, ...result.explain, passage, sentences } };
      box.replaceChildren(...rankedBody(box, entry, run, explained));
      box.querySelector(".full").focus();
    } catch (e) {
      ask.replaceWith(element("span", "error", e.message));
    }
  });
  return ask;
}

function effects(text, sentences) {
  if (sentences.length === 0) {
    return [];
  }
  const marked = placesOf(text, { explain: { sentences } });
  const byStart = new Map([...sentences].sort((a, b) => a.start - b.start).map((one, i) => [marked[i], one.drop]));
  const list = element("ul", "effects");
  list.append(
    ...[...byStart]
      .sort(([, a], [, b]) => b - a)
      .map(([{ start, end, kind }, drop]) => {
        const quote = element("q", kind, text.slice(start, Math.min(end, start + 200)), end > start + 200 ? "…" : "");
        quote.dir = "auto";
        return element("li", "", `−${drop.toFixed(2)} without `, quote);
      }),
  );
  return [element("p", "quiet", "How much the logit falls without a sentence:"), list];
}

function about(candidates, index, rows) {
  const { id, score: first } = candidates[index];
  const all = [
    ["Id", id ?? String(index)],
    ["First stage", `place ${index + 1}${typeof first === "number" ? `, score ${shortNumber(first)}` : ""}`],
    ...rows,
  ];
  const list = element("dl", "about");
  list.append(...all.map(([name, value]) => element("div", "", element("dt", "", name), element("dd", "", value))));
  return list;
}

function metadata({ metadata: any }) {
  return any === undefined || any === null
    ? []
    : [element("p", "quiet", "Metadata"), element("pre", "", JSON.stringify(any, null, 1))];
}

function jumps(index, lists) {
  const row = element("div", "row");
  row.append(
    ...lists
      .filter((each) => each === BEFORE || each.byIndex.has(index))
      .map((each) => button(`Go to it in ${each.short}`, () => goToTwin(index, each.list()))),
  );
  return row;
}

export function placeAndScore(result) {
  if (result === undefined) {
    return "not among the results";
  }
  return `place ${result.rank}${result.score === undefined ? "" : `, ${result.score.toFixed(4)}`}`;
}

export function shortNumber(number) {
  return String(Number(number.toPrecision(5)));
}
