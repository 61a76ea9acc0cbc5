// The form: what it says as a request, and the other way round.
import { asJson, placeOf, readCandidates } from "./candidates.js";
import { $ } from "./dom.js";
import { Wrong } from "./errors.js";

/** A number of 0 or more, also as JavaScript prints a very small or large one: 1e-7, 1e+21. */
const NUMBER = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;

const STAGE = new RegExp(String.raw`^\s*([^:+,]+?)\s*(?::(\d+)(?:\+(${NUMBER})|@(${NUMBER}))?)?\s*$`);

/** Characters of an instruction in a setting's name. */
const NAMED = 40;

const LINEAR = { linear: "min-max", "z-score": "z-score" };

/** Makes the fields of both settings, for the models that the server has loaded. */
export function buildSettings({ models, stages }) {
  for (const setting of ["a", "b"]) {
    const fields = $("setting").content.cloneNode(true);
    for (const control of fields.querySelectorAll("[data-name]")) {
      control.id = `${setting}-${control.dataset.name}`;
      control.closest(".field").querySelector("label").htmlFor = control.id;
    }
    $(setting).append(fields);
    const model = $(`${setting}-model`);
    model.append(
      new Option(`default: ${shortForm(stages)}`, ""),
      ...(models.length === 1 ? [] : models.map((id) => new Option(`${id} alone`, `model ${id}`))),
      ...(models.length === 1 ? [] : [new Option("other stages …", "stages")]),
    );
    $(`${setting}-stages`).placeholder = shortForm(stages);
  }
  arrange();
}

/** Shows the fields that the choices before them call for. */
export function arrange() {
  for (const field of document.querySelectorAll("[data-if]")) {
    const [name, values] = field.dataset.if.split("=");
    const chosen = $(`${field.closest("fieldset").id}-${name}`).value;
    field.hidden = !values.split(",").includes(chosen);
  }
  const compares = $("compare").checked;
  $("b").hidden = !compares;
  $("a").firstElementChild.textContent = compares ? "Setting A" : "How to rank";
}

/** {query, candidates, as, top, raw, explain, settings}; throws a Wrong. */
export function typed() {
  return {
    query: $("query").value,
    ...readCandidates($("candidates").value),
    top: number("top"),
    raw: $("raw").checked,
    explain: $("explain").checked,
    settings: ($("compare").checked ? ["a", "b"] : ["a"]).map(setting),
  };
}

/** The form's state as a string: whether two are the same says whether anything changed between them. */
export function state() {
  return JSON.stringify(controls().map(valueOf));
}

/** Puts a state of before back. */
export function restore(before) {
  const values = JSON.parse(before);
  controls().forEach((control, i) => {
    if (control.type === "checkbox") {
      control.checked = values[i];
    } else {
      control.value = values[i];
    }
  });
  arrange();
}

/**
 * Puts a request into the form, setting A for its own.
 *
 * @return what of it the form has no place for
 */
export function fill({ query, candidates, top, raw, explain, setting = {} }, models) {
  $("query").value = query ?? $("query").value;
  $("candidates").value = candidates.every(isPlainLine) ? candidates.join("\n") : asJson(candidates);
  $("top").value = top ?? "";
  $("raw").checked = raw === true;
  $("explain").checked = explain ?? $("explain").checked;
  $("compare").checked = false;
  const { model, stages, fusion, passages, budget_ms, instruction } = setting;
  const loaded = models.includes(model);
  const several = models.length > 1;
  choose("model", loaded && several ? `model ${model}` : several && stages ? "stages" : "");
  $("a-stages").value = stages ? shortForm(stages) : "";
  choose("fusion", fusion?.normalize === "z-score" ? "z-score" : (fusion?.method ?? ""));
  $("a-weight").value = fusion?.weight ?? "";
  $("a-k").value = fusion?.k ?? "";
  choose("long", passages ? (passages.aggregate ?? "max") : "");
  $("a-tokens").value = passages?.max_tokens ?? "";
  $("a-stride").value = passages?.stride ?? "";
  $("a-budget").value = budget_ms ?? "";
  $("a-instruction").value = instruction ?? "";
  arrange();
  return [
    ...(model === undefined || loaded ? [] : [`model (${model} is not loaded here)`]),
    ...(stages && !several ? ["stages (one model is loaded here)"] : []),
  ];
}

/** Selects a candidate where it was typed. */
export function selectCandidate(index) {
  const place = placeOf($("candidates").value, index);
  if (place !== undefined) {
    $("candidates").blur(); // a browser scrolls to a selection when the field gets the focus
    $("candidates").setSelectionRange(...place);
    $("candidates").focus();
  }
}

/** A setting in a few words. */
export function nameOf({ model, stages, fusion, passages, budget_ms, instruction }, defaults) {
  return [
    model ?? shortForm(stages ?? defaults),
    ...(fusion ? [fusionName(fusion)] : []),
    ...(passages ? [`passages (${passages.aggregate})`] : []),
    ...(budget_ms ? [`${budget_ms} ms`] : []),
    ...(instruction ? [`“${instruction.length > NAMED ? `${instruction.slice(0, NAMED)}…` : instruction}”`] : []),
  ].join(", ");
}

function fusionName({ method, weight, normalize, k }) {
  switch (method) {
    case "linear":
      return `linear ${weight ?? 0.5}${normalize === "z-score" ? " z-score" : ""}`;
    case "rrf":
      return k === undefined ? "rrf" : `rrf ${k}`;
    case "none":
      return "no fusion";
  }
  return method;
}

/** The part of a native request that a setting stands for. */
function setting(key) {
  const value = (name) => $(`${key}-${name}`).value;
  const set = (name, field) => (number(`${key}-${name}`) === null ? {} : { [field]: number(`${key}-${name}`) });
  const model = value("model");
  const fusion = value("fusion");
  const long = value("long");
  return {
    ...(model.startsWith("model ") && { model: model.slice("model ".length) }),
    ...(model === "stages" && { stages: stagesOf(key) }),
    ...(fusion in LINEAR && { fusion: { method: "linear", ...set("weight", "weight"), normalize: LINEAR[fusion] } }),
    ...(fusion === "rrf" && { fusion: { method: "rrf", ...set("k", "k") } }),
    ...((fusion === "none" || fusion === "learned") && { fusion: { method: fusion } }),
    ...(long !== "" && { passages: { ...set("tokens", "max_tokens"), ...set("stride", "stride"), aggregate: long } }),
    ...set("budget", "budget_ms"),
    ...(value("instruction").trim() !== "" && { instruction: value("instruction") }),
  };
}

function stagesOf(key) {
  const control = $(`${key}-stages`);
  return (control.value.trim() === "" ? control.placeholder : control.value).split(",").map((part) => {
    const stage = STAGE.exec(part);
    if (stage === null || stage.slice(2).some((number) => !Number.isFinite(Number(number ?? 0)))) {
      throw new Wrong(
        `'${part.trim()}' is not a stage. A stage is MODEL, MODEL:KEEP, MODEL:KEEP+MARGIN or MODEL:KEEP@TARGET_RECALL.`,
        control.id,
      );
    }
    const [, model, keep, margin, recall] = stage;
    return {
      model,
      ...(keep && { keep: Number(keep) }),
      ...(margin && { margin: Number(margin) }),
      ...(recall && { target_recall: Number(recall) }),
    };
  });
}

/** As `STAGES` has it. */
function shortForm(stages) {
  const given = (sign, value) => (value === undefined || value === null ? "" : sign + value); // 0 is a margin, too
  return stages
    .map((stage) =>
      [stage.model, given(":", stage.keep), given("+", stage.margin), given("@", stage.target_recall)].join(""),
    )
    .join(",");
}

function number(id) {
  const control = $(id);
  if (control.validity.badInput) {
    throw new Wrong("This is not a number.", id);
  }
  return control.value === "" ? null : Number(control.value);
}

function choose(name, value) {
  const select = $(`a-${name}`);
  select.value = value;
  if (select.selectedIndex < 0) {
    select.selectedIndex = 0;
  }
}

/** Whether the candidate, typed as a line, would be read as the same text. */
function isPlainLine(candidate) {
  return typeof candidate === "string" && candidate.trim() === candidate && /^[^[{"\n\r][^\n\r]*$/.test(candidate);
}

function controls() {
  return [...$("form").querySelectorAll("input, textarea, select")];
}

function valueOf(control) {
  return control.type === "checkbox" ? control.checked : control.value;
}
