// What differs between two rankings of the same candidates.

/** The places of a reply's results, by their candidates' indexes. */
export function byIndex(reply) {
  return new Map(reply.results.map((result) => [result.index, result]));
}

/**
 * {most, common, moved, furthest}: of the first `most` of A how many are among B's, how many candidates of both stand
 * elsewhere in B, and the one that moved furthest, as {index, from, to}.
 */
export function differences(a, b) {
  const most = Math.min(10, a.results.length, b.results.length);
  const inB = byIndex(b);
  const moves = a.results
    .filter(({ index }) => inB.has(index))
    .map(({ index, rank }) => ({ index, from: rank, to: inB.get(index).rank }))
    .filter(({ from, to }) => from !== to);
  const places = ({ from, to }) => Math.abs(to - from);
  return {
    most,
    common: a.results.slice(0, most).filter(({ index }) => (inB.get(index)?.rank ?? Infinity) <= most).length,
    moved: moves.length,
    furthest: moves.reduce((far, move) => (far === null || places(move) > places(far) ? move : far), null),
  };
}
