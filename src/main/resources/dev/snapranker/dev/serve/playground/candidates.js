// What was typed as candidates: lines of text, or JSON in the forms that people have it in.
import { Wrong } from "./errors.js";

/** Where one JSON value ends and the next begins; within a value, a comma or colon stands between. */
const NEXT_VALUE = /(?<=[}"])[^\S\n]*\n\s*(?=[{"])/;

/** Begins and ends as an array of strings or objects does, or an object; plain lines hardly do both. */
const MEANT_AS_JSON = /^(\[\s*["{][^]*\]|\{\s*"[^]*\})$/;

/** {candidates, as}: strings and objects, and how they were read; or an error that says what is wrong. */
export function readCandidates(text) {
  const typed = text.trim();
  if (typed === "") {
    throw new Wrong("There are no candidates. Type one per line, or paste JSON.", "candidates");
  }
  return fromJson(typed) ?? fromLines(typed);
}

/** A JSON array with one candidate a line. */
export function asJson(candidates) {
  return `[\n${candidates.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
}

/** A candidate's text, for dialects that know nothing else of it. */
export function textOf(candidate) {
  return typeof candidate === "string" ? candidate : candidate.text;
}

/** Where in the typed text a candidate stands: [start, end]; undefined if it cannot be found. */
export function placeOf(text, index) {
  return [...(isJson(text.trim()) ? jsonPlaces(text) : linePlaces(text))][index];
}

/** Undefined unless all of it is JSON: one array, or strings and objects one after the other. */
function fromJson(typed) {
  const values = jsonValues(typed);
  if (values === undefined) {
    return undefined;
  }
  if (values.length === 1 && Array.isArray(values[0])) {
    return { candidates: checked(values[0]), as: "JSON" };
  }
  return { candidates: checked(values), as: values.length === 1 ? "JSON" : "JSON lines" };
}

function jsonValues(typed) {
  const values = typed.split(NEXT_VALUE).map(parsed);
  const isArray = values.length === 1 && Array.isArray(values[0]);
  return isArray || values.every(isStringOrObject) ? values : undefined;
}

function isJson(typed) {
  return jsonValues(typed) !== undefined;
}

/** What is no JSON throughout is plain lines, unless it clearly should have been. */
function fromLines(typed) {
  const lines = typed.split("\n").map((line) => line.trim());
  if (lines.some((line) => typeof parsed(line)?.text === "string")) {
    const filled = lines.filter((line) => line !== "");
    const wrong = filled.findIndex((line) => !isStringOrObject(parsed(line)));
    const line = lines.indexOf(filled[wrong]) + 1;
    throw new Wrong(`Line ${line} is not a JSON string or object, but other lines are.`, "candidates", wrong);
  }
  if (MEANT_AS_JSON.test(typed)) {
    const wrong = typed.split(NEXT_VALUE).find((value) => parsed(value) === undefined);
    throw new Wrong(`This looks like JSON but is not valid: ${fault(wrong)}`, "candidates");
  }
  return { candidates: lines.filter((line) => line !== ""), as: "lines" };
}

function checked(candidates) {
  const wrong = candidates.findIndex((one) => typeof one !== "string" && typeof one?.text !== "string");
  if (wrong >= 0) {
    throw new Wrong(`Candidate ${wrong + 1} is neither a string nor an object with text.`, "candidates", wrong);
  }
  return candidates;
}

function isStringOrObject(value) {
  return typeof value === "string" || value?.constructor === Object;
}

/** The JSON value; undefined if it is none. */
export function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function fault(json) {
  try {
    JSON.parse(json);
  } catch (e) {
    return e.message;
  }
}

function* linePlaces(text) {
  let start = 0;
  for (const line of text.split("\n")) {
    if (line.trim() !== "") {
      yield [start, start + line.length];
    }
    start += line.length + 1;
  }
}

/** The elements of an array, or values one after the other. */
function* jsonPlaces(json) {
  const level = json.trimStart().startsWith("[") ? 1 : 0;
  let depth = 0;
  let start = -1; // of the value that is read
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    const separates = /[\s,\]]/.test(c);
    if (start < 0 && depth === level && !separates) {
      start = i;
    }
    if (c === '"') {
      for (i++; json[i] !== '"' && i < json.length; i++) {
        i += json[i] === "\\" ? 1 : 0;
      }
    } else if (c === "{" || c === "[") {
      depth++;
    } else if (c === "}" || c === "]") {
      depth--;
    }
    const next = json[i + 1] ?? ",";
    if (start >= 0 && depth === level && ('"}]'.includes(json[i]) || /[\s,\]]/.test(next))) {
      yield [start, i + 1];
      start = -1;
    }
  }
}
