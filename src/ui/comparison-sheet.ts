import { axisLabels } from "../gallery/comparison.ts";
import type { WeightsRead } from "../pipeline/types.ts";
import { withSettings } from "../png/settings-png.ts";
import type { DrawnComparison, Picture } from "./state.ts";
import { t } from "./strings/language.ts";

/** Longest side of a sheet's pictures together, in pixels: what every browser can make a canvas of. */
const MOST = 6144;
/** Space between pictures, and type size, both as parts of a picture's side. */
const GAP = 1 / 64;
const TYPE = 1 / 22;

/**
 * The pictures of a comparison as one, its axes labelled above and at the left; a place that was not drawn stays empty. The file carries what all have in
 * common, and the axes as A1111's grids name them.
 */
export async function comparisonSheet({ columns, rows, base, done }: DrawnComparison, model: string): Promise<Omit<Picture, "url">> {
  const across = axisLabels(columns, t().names);
  const down = rows === undefined ? [""] : axisLabels(rows, t().names);
  const scale = Math.min(1, MOST / (across.length * base.width), MOST / (down.length * base.height));
  const [cellWidth, cellHeight] = [Math.round(base.width * scale), Math.round(base.height * scale)];
  const side = Math.min(cellWidth, cellHeight);
  const [gap, type] = [Math.round(side * GAP), Math.round(side * TYPE)];
  const head = type * 3;
  const margin = rows === undefined ? gap : Math.round(type * 7);
  const width = margin + across.length * (cellWidth + gap);
  const height = head + down.length * (cellHeight + gap);

  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2d context to make the sheet with");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#15191c";
  context.font = `500 ${type}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const place = (column: number, row: number) => [margin + column * (cellWidth + gap), head + row * (cellHeight + gap)] as const;
  for (const [column, label] of across.entries()) write(context, label, place(column, 0)[0] + cellWidth / 2, head / 2, cellWidth, 2);
  for (const [row, label] of down.entries()) write(context, label, margin / 2, place(0, row)[1] + cellHeight / 2, margin - 2 * gap, 6);
  for (const { column, row, picture } of done) {
    const image = await createImageBitmap(picture.blob, { resizeWidth: cellWidth, resizeHeight: cellHeight, resizeQuality: "high" });
    context.drawImage(image, ...place(column, row));
    image.close();
  }

  const png = await canvas.convertToBlob({ type: "image/png" });
  const sheet = { columns, ...(rows !== undefined && { rows }), width, height };
  // Memory may have run out between two of them.
  const read = new Set(done.flatMap<WeightsRead>(({ picture }) => picture.weights ?? ["stored"]));
  const by = { model, ...([...read].some((weights) => weights !== "stored") && { weights: [...read] }) };
  return { settings: base, blob: await withSettings(png, base, by, sheet), ...by, seconds: 0, comparison: sheet };
}

/** Text in lines of at most `width`, centred on a point; what does not fit into so many lines ends in an ellipsis. */
function write(context: OffscreenCanvasRenderingContext2D, text: string, x: number, y: number, width: number, most: number): void {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (context.measureText(longer).width <= width || lines.at(-1) === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const shown = lines.length > most ? [...lines.slice(0, most - 1), `${lines[most - 1] ?? ""} …`] : lines;
  const leading = Number.parseFloat(context.font.split(" ").find((part) => part.endsWith("px")) ?? "16") * 1.2;
  for (const [i, line] of shown.entries()) context.fillText(line, x, y + (i - (shown.length - 1) / 2) * leading, width);
}
