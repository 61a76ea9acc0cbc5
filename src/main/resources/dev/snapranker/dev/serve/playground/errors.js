// Errors, each at the field that it is about.
import { $, button, element } from "./dom.js";

/** What is wrong: a message, the id of the form's control that it is about, and which of the candidates, if one. */
export class Wrong extends Error {
  constructor(message, control = null, candidate = null) {
    super(message);
    this.control = control;
    this.candidate = candidate;
  }
}

const OF_REQUEST = { query: "query", candidates: "candidates", top_k: "top", raw_scores: "raw", explain: "explain" };

const OF_SETTING = {
  model: "model",
  stages: "stages",
  budget_ms: "budget",
  instruction: "instruction",
  "fusion.weight": "weight",
  "fusion.k": "k",
  fusion: "fusion",
  "passages.max_tokens": "tokens",
  "passages.stride": "stride",
  passages: "long",
};

/** The server's error at the control for the field that the reply names: `candidates[3].text`, `fusion.weight`. */
export function refusal({ message, field = "" }, setting) {
  const path = field.replace(/\[\d+\].*$/, "");
  const parent = path.replace(/\..*$/, "");
  const ofSetting = OF_SETTING[path] ?? OF_SETTING[parent];
  const control = OF_REQUEST[path] ?? (ofSetting === undefined ? null : `${setting}-${ofSetting}`);
  const index = /^candidates\[(\d+)\]/.exec(field);
  return new Wrong(message, control, index === null ? null : Number(index[1]));
}

export function clearErrors() {
  $("error").textContent = "";
  for (const control of document.querySelectorAll("[aria-invalid]")) {
    const note = noteOf(control);
    control.removeAttribute("aria-invalid");
    describe(control, (ids) => ids.filter((id) => id !== note.id));
    note.remove();
  }
}

/**
 * Shows the error at its control, or below the form if it has none.
 *
 * @param goTo from a candidate's index, selects it where it was typed
 */
export function showError(wrong, goTo) {
  const control = wrong instanceof Wrong && wrong.control !== null ? visible($(wrong.control)) : null;
  if (control === null) {
    $("error").textContent = wrong.message;
    return;
  }
  const note = element("p", "error", wrong.message);
  note.id = `${control.id}-error`;
  if (wrong.candidate !== null) {
    note.append(" ", button(`Show candidate ${wrong.candidate + 1}`, () => goTo(wrong.candidate)));
  }
  control.closest(".field").append(note);
  control.setAttribute("aria-invalid", "true");
  describe(control, (ids) => [...ids, note.id]);
  control.focus();
}

/** A field that the choice above it hides has its error at that choice. */
function visible(control) {
  const field = control.closest(".field");
  return field.hidden ? field.previousElementSibling.querySelector("input, select") : control;
}

function noteOf(control) {
  return $(`${control.id}-error`);
}

function describe(control, change) {
  const ids = change((control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== ""));
  if (ids.length === 0) {
    control.removeAttribute("aria-describedby");
  } else {
    control.setAttribute("aria-describedby", ids.join(" "));
  }
}
