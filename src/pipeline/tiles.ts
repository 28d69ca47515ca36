import type { Rect } from "./pixels.ts";

/** One of the overlapping pieces a latent is decoded in. */
export interface Tile {
  /** What the decoder gets. */
  readonly window: Rect;
  /** The part of it whose pixels are right, that is, at least the decoder's radius from a cut; these cover the latent without overlap. */
  readonly core: Rect;
}

/**
 * Cuts a latent in equal windows of at most `largest` a side (larger only where the radius leaves no room), so that a device needs memory for a
 * window, not for the picture, and compiles for one size. `radius`: how far away the decoder looks. Rows first.
 */
export function tilesOf(width: number, height: number, radius: number, largest: number): Tile[] {
  const columns = spans(width, radius, largest);
  return spans(height, radius, largest).flatMap((row) =>
    columns.map((column) => ({
      window: { x: column.start, y: row.start, width: column.length, height: row.length },
      core: { x: column.coreStart, y: row.coreStart, width: column.coreEnd - column.coreStart, height: row.coreEnd - row.coreStart },
    })),
  );
}

interface Span {
  readonly start: number;
  readonly length: number;
  readonly coreStart: number;
  readonly coreEnd: number;
}

/** Neighbours overlap by two radii or more: each takes over where it is right. */
function spans(length: number, radius: number, largest: number): Span[] {
  const overlap = 2 * radius;
  const each = Math.max(largest, overlap + 1);
  const count = length <= each ? 1 : Math.ceil((length - overlap) / (each - overlap));
  const window = Math.min(length, Math.ceil((length + (count - 1) * overlap) / count));
  const starts = Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.floor((i * (length - window)) / (count - 1))));
  const edges = starts.map((start, i) => (i === 0 ? 0 : start + radius));
  return starts.map((start, i) => ({ start, length: window, coreStart: edges[i] ?? 0, coreEnd: edges[i + 1] ?? length }));
}
