// What a document's etag says of itself: "12-89abcdef01234567…" is of revision 12, or of a candidate that began as it. Pure.

export function baseOf(etag: string | null): number | undefined {
  const found = /^(?:W\/)?"?(\d+)-/.exec(etag ?? '');
  return found ? Number(found[1]) : undefined;
}
