// What was typed as candidates of the native API: lines, JSON lines or a JSON array.

/** An array of strings and objects, or an Error that says where and what. */
export function parseCandidates(text) {
  const typed = text.trim();
  if (typed === "") {
    throw new Error("No candidates: one per line, JSON lines or a JSON array.");
  }
  const candidates = read(typed);
  const wrong = candidates.findIndex((one) => typeof one !== "string" && typeof one?.text !== "string");
  if (wrong >= 0) {
    throw new Error(`Candidate ${wrong + 1} is neither a string nor an object with text.`);
  }
  return candidates;
}

function read(typed) {
  if (typed.startsWith("[")) {
    return fromArray(typed);
  }
  const lines = typed.split("\n").map((line, i) => ({ text: line.trim(), number: i + 1 }));
  const filled = lines.filter((line) => line.text !== "");
  return typed.startsWith("{") || typed.startsWith('"')
    ? filled.map(fromJsonLine)
    : filled.map((line) => line.text);
}

function fromArray(typed) {
  try {
    return JSON.parse(typed);
  } catch (e) {
    throw new Error(`The candidates start with [ but are no JSON array: ${e.message}`);
  }
}

function fromJsonLine(line) {
  try {
    return JSON.parse(line.text);
  } catch (e) {
    throw new Error(`Line ${line.number} of the candidates is no JSON: ${e.message}`);
  }
}

/** A candidate's text, for dialects that know nothing else of it. */
export function textOf(candidate) {
  return typeof candidate === "string" ? candidate : candidate.text;
}
