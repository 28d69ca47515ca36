import { afterEach, expect, test, vi } from "vitest";
import { checkSpace } from "./space.ts";

afterEach(() => vi.unstubAllGlobals());

const withStorage = (storage: object) => vi.stubGlobal("navigator", { storage });
const room = (usage: number, quota: number) => withStorage({ estimate: async () => ({ usage, quota }), persisted: async () => true });

test("what does not fit is refused with what it needs and what there is, before a byte is written", async () => {
  room(8e9, 10.25e9);
  await expect(checkSpace(4.9e9)).rejects.toMatchObject({
    code: "storage-full",
    message: expect.stringMatching(/^The model needs 4\.9 GB more, but the browser has 2\.3 GB left: free disk space or delete a model/),
  });
  room(10.4e9, 10.25e9);
  await expect(checkSpace(14e6)).rejects.toThrow("needs 14 MB more, but the browser has 0 MB left");
});

test("what fits is let through, and so is all where the browser does not say", async () => {
  room(8e9, 10e9);
  await checkSpace(2e9);
  room(8e9, 0);
  await checkSpace(2e9);
});
