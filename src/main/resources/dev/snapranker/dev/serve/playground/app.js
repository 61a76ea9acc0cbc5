// The page: what happens when its reader types, pastes, ranks or chooses.
import { textOf } from "./candidates.js";
import { DIALECTS, curl, fitsACommand, nativeBody, unsaid } from "./dialects.js";
import { $, listOf } from "./dom.js";
import { Wrong, clearErrors, showError } from "./errors.js";
import { EXAMPLE } from "./example.js";
import { arrange, buildSettings, fill, nameOf, restore, selectCandidate, state, typed } from "./form.js";
import { moveByKeys } from "./keys.js";
import { recognise } from "./pasted.js";
import { showResult } from "./result.js";
import { health, rank } from "./server.js";

let loaded; // what the server has: {model, models, stages}
let latest = new AbortController(); // of the ranking that was asked for last, the only one whose reply counts
let shownFor; // the form's state that the result belongs to
let beforePaste; // the form's state before a request was pasted

async function rerank() {
  latest.abort();
  latest = new AbortController();
  const { signal } = latest;
  clearErrors();
  const asked = state();
  try {
    const request = typed();
    $("status").textContent = "Ranking …";
    const runs = [];
    for (const [i, setting] of request.settings.entries()) { // one after the other, so that neither slows the other
      const key = "ab"[i];
      const name = nameOf(setting, loaded.stages);
      runs.push({ key, name, setting, ...(await rank(nativeBody(request, setting), key, signal)) });
    }
    shownFor = asked;
    $("status").textContent = said(request, runs[0].reply);
    showResult(request, runs, (result, run) => explainOne(request, result, run, signal));
    markStale();
    return true;
  } catch (e) {
    if (!signal.aborted) {
      $("status").textContent = "";
      markStale();
      showError(e, selectCandidate);
    }
    return false;
  }
}

/** For a reader who asked: on a small screen the result is far below the form. */
async function rerankAndLook() {
  if ((await rerank()) && $("result").getBoundingClientRect().top > innerHeight * 0.8) {
    $("result").scrollIntoView();
  }
}

function said({ candidates, as }, { results }) {
  const ranked = `${counted(candidates)} ranked, read as ${as}.`;
  return results.length === 0 ? `${ranked} There is no result.` : ranked;
}

function counted(candidates) {
  return candidates.length === 1 ? "1 candidate" : `${candidates.length} candidates`;
}

/** The candidate alone has the same logit as in its list, so its explanation is the same, too. */
async function explainOne(request, { index, explain }, { key, setting }, signal) {
  const { passages, instruction } = setting;
  const model = explain?.stages.at(-1)?.model ?? setting.model;
  const body = {
    query: request.query,
    candidates: [textOf(request.candidates[index])],
    explain: true,
    fusion: { method: "none" },
    ...(model !== undefined ? { model } : setting.stages && { stages: setting.stages }),
    ...(passages && { passages }),
  };
  const explained = async (one) => (await rank(one, key, signal)).reply.results[0].explain;
  try {
    return await explained({ ...body, ...(instruction && { instruction }) });
  } catch (e) {
    if (e instanceof Wrong && e.control === `${key}-instruction`) {
      return explained(body); // the stage's model takes none, and read none in the list
    }
    throw e;
  }
}

/** Says whether the form has changed since the result was made. */
function markStale() {
  const stale = shownFor !== undefined && state() !== shownFor;
  $("result").classList.toggle("stale", stale);
  $("stale").hidden = !stale;
}

function changed() {
  arrange();
  markStale();
  showCommand();
}

/** A whole request goes to the fields that it is for. Says whether the text was one. */
function unpack(text, before) {
  const request = recognise(text);
  if (request === undefined) {
    return false;
  }
  clearErrors();
  beforePaste = before;
  if (request.wrong !== undefined) {
    sayPasted(`This is ${request.service}, but ${request.wrong}. The form is as it was.`, false);
    return true;
  }
  const left = [...fill(request, loaded.models), ...request.left];
  sayPasted(
    `Recognised ${request.service}: ${request.query === undefined ? "" : "query and "}${counted(request.candidates)} went into the form.${
      left.length === 0 ? "" : ` Left out: ${left.join(", ")}.`
    }`,
    true,
  );
  changed();
  return true;
}

function sayPasted(words, canUndo) {
  $("pasted").hidden = false;
  $("pasted").firstElementChild.textContent = words;
  $("unpaste").hidden = !canUndo;
}

function undoPaste() {
  restore(beforePaste);
  $("pasted").hidden = true;
  $("candidates").focus();
  changed();
}

/** The command is made only while it is open: with a megabyte of candidates it is a megabyte, too. */
function showCommand() {
  if (!$("command").open) {
    return;
  }
  let command = "";
  let left = [];
  let saves = false;
  try {
    const { request, dialect, body } = chosenBody();
    command = curl(dialect, location.origin, body);
    left = unsaid(dialect, request);
    saves = !fitsACommand(body);
    $("unsaid").textContent = left.length === 0 ? "" : `${dialect.name} has no field for ${left.join(", ")}.`;
  } catch (e) {
    $("unsaid").textContent = e.message;
  }
  $("curl").textContent = command;
  $("copy").disabled = command === "";
  $("save").hidden = !saves;
}

function chosenBody() {
  const request = typed();
  const dialect = DIALECTS[$("dialect").value];
  return { request, dialect, body: dialect.body(request, request.settings[0].model ?? loaded.model) };
}

async function copyCommand() {
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

function saveBody() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(chosenBody().body)], { type: "application/json" }));
  link.download = "request.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

function fillExample() {
  $("query").value = EXAMPLE.query;
  $("candidates").value = EXAMPLE.candidates.map((one) => JSON.stringify(one)).join("\n");
  $("pasted").hidden = true;
  clearErrors();
  changed();
}

function listen() {
  const form = $("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rerankAndLook();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("paste", (event) => {
    if (unpack(event.clipboardData.getData("text/plain"), state())) {
      event.preventDefault();
    }
  });
  let before = state();
  form.addEventListener("input", (event) => {
    if (event.target !== $("candidates") || !unpack($("candidates").value, before)) {
      changed();
    }
    before = state();
  });
  $("unpaste").addEventListener("click", undoPaste);
  $("example").addEventListener("click", fillExample);
  $("again").addEventListener("click", rerank);
  $("command").addEventListener("toggle", showCommand);
  $("dialect").addEventListener("change", showCommand);
  $("copy").addEventListener("click", copyCommand);
  $("save").addEventListener("click", saveBody);
  moveByKeys(["after-a", "after-b", "before"].map(listOf));
}

async function start() {
  DIALECTS.forEach((dialect, i) => $("dialect").append(new Option(dialect.name, i)));
  try {
    loaded = await health();
  } catch (e) {
    showError(e);
    return;
  }
  const { models, stages } = loaded;
  $("models").textContent = models.length === 1 ? `model ${models[0]}` : `models ${models.join(", ")}`;
  buildSettings({ models, stages });
  listen();
  fillExample();
  await rerank();
}

start();
