// What was typed as candidates: lines of text, or JSON in the forms that people have it in.

/** Where one JSON value ends and the next begins; within a value, a comma or colon stands between. */
const NEXT_VALUE = /(?<=[}"])[^\S\n]*\n\s*(?=[{"])/;

/** Begins and ends as an array of strings or objects does, or an object; plain lines hardly do both. */
const MEANT_AS_JSON = /^(\[\s*["{][^]*\]|\{\s*"[^]*\})$/;

/** {candidates, as}: strings and objects, and how they were read; or an Error that says what is wrong. */
export function readCandidates(text) {
  const typed = text.trim();
  if (typed === "") {
    throw new Error("No candidates: one per line, or JSON.");
  }
  return fromJson(typed) ?? fromLines(typed);
}

/** A whole request of the native API, if that is what was typed instead of candidates alone. */
export function wholeRequest(text) {
  const value = parsed(text);
  return Array.isArray(value?.candidates) ? value : undefined;
}

/** A JSON array with one candidate a line. */
export function asJson(candidates) {
  return `[\n${candidates.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
}

/** A candidate's text, for dialects that know nothing else of it. */
export function textOf(candidate) {
  return typeof candidate === "string" ? candidate : candidate.text;
}

/** Undefined unless all of it is JSON: one array, or strings and objects one after the other. */
function fromJson(typed) {
  const values = typed.split(NEXT_VALUE).map(parsed);
  if (values.length === 1 && Array.isArray(values[0])) {
    return { candidates: checked(values[0]), as: "JSON" };
  }
  return values.every(isStringOrObject)
    ? { candidates: checked(values), as: values.length === 1 ? "JSON" : "JSON lines" }
    : undefined;
}

/** What is no JSON throughout is plain lines, unless it clearly should have been. */
function fromLines(typed) {
  const lines = typed.split("\n").map((line) => line.trim());
  if (lines.some((line) => typeof parsed(line)?.text === "string")) {
    const wrong = lines.findIndex((line) => line !== "" && !isStringOrObject(parsed(line)));
    throw new Error(`Line ${wrong + 1} of the candidates is no JSON string or object, as others are.`);
  }
  if (MEANT_AS_JSON.test(typed)) {
    const wrong = typed.split(NEXT_VALUE).find((value) => parsed(value) === undefined);
    throw new Error(`The candidates look like JSON but are not: ${fault(wrong)}`);
  }
  return { candidates: lines.filter((line) => line !== ""), as: "lines" };
}

function checked(candidates) {
  const wrong = candidates.findIndex((one) => typeof one !== "string" && typeof one?.text !== "string");
  if (wrong >= 0) {
    throw new Error(`Candidate ${wrong + 1} is neither a string nor an object with text.`);
  }
  return candidates;
}

function isStringOrObject(value) {
  return typeof value === "string" || value?.constructor === Object;
}

/** The JSON value; undefined if it is none. */
function parsed(json) {
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
