import { expect, test } from "vitest";
import type { JobEvent } from "../storage/job.ts";
import { paced } from "./paced.ts";

test("of many steps a page is told twenty a second, the first of each part and the last", async () => {
  let time = 0;
  const told: JobEvent[] = [];
  const send = paced<JobEvent>(
    (event) => void told.push(event),
    () => time,
  );
  for (let written = 0; written <= 1000; written++) {
    await send({ type: "progress", part: written < 995 ? "stage-c" : "stage-b", written, total: 1000 });
    await send({ type: "download", bytes: written, rate: 1 });
    time += 1;
  }
  await send({ type: "note", message: "a" });
  await send({ type: "note", message: "b" });
  const progress = told.filter((event) => event.type === "progress");
  expect(progress.length).toBe(20 + 2);
  expect(progress.slice(-2)).toMatchObject([{ part: "stage-b", written: 995 }, { written: 1000 }]);
  expect(told.filter(({ type }) => type === "download").length).toBe(21);
  expect(told.slice(-2).map(({ type }) => type)).toEqual(["note", "note"]);
});
