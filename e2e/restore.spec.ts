import { readFile } from "node:fs/promises";
import { encode } from "fast-png";
import { type Chunk, readChunks, writeChunks } from "../src/png/chunks.ts";
import { textChunk } from "../src/png/text-chunks.ts";
import { expect, type Playground, test } from "./playground.ts";
import { sabotageWorker } from "./sabotage.ts";

/** A small PNG with texts, as the tool would have written it. */
function pictureWith(...texts: readonly Chunk[]): Uint8Array {
  const [header, ...rest] = readChunks(Uint8Array.from(encode({ width: 8, height: 8, data: new Uint8Array(192), channels: 3, depth: 8 })));
  if (header === undefined) throw new Error("no header");
  return writeChunks([header, ...texts, ...rest]);
}

const A1111 = pictureWith(
  textChunk(
    "parameters",
    "a (red:1.2) fox\nNegative prompt: blurry\nSteps: 25, Sampler: Euler a, CFG scale: 7.5, Seed: 123, Size: 768x512, Model hash: 1234, Version: v1.10.1",
  ),
);

const COMFYUI = pictureWith(
  textChunk(
    "prompt",
    JSON.stringify({
      "3": {
        class_type: "KSampler",
        inputs: {
          seed: 99,
          steps: 12,
          cfg: 4,
          sampler_name: "euler_ancestral",
          scheduler: "simple",
          denoise: 1,
          model: ["4", 0],
          positive: ["6", 0],
          negative: ["7", 0],
          latent_image: ["5", 0],
        },
      },
      "4": { class_type: "UNETLoader", inputs: { unet_name: "stable_cascade_stage_c.safetensors" } },
      "5": { class_type: "StableCascade_EmptyLatentImage", inputs: { width: 1024, height: 1024, compression: 42, batch_size: 1 } },
      "6": { class_type: "CLIPTextEncode", inputs: { text: "a lighthouse at dusk", clip: ["8", 0] } },
      "7": { class_type: "CLIPTextEncode", inputs: { text: "people", clip: ["8", 0] } },
      "33": {
        class_type: "KSampler",
        inputs: {
          seed: 5,
          steps: 7,
          cfg: 1.1,
          sampler_name: "euler",
          denoise: 1,
          positive: ["36", 0],
          negative: ["7", 0],
          latent_image: ["5", 1],
        },
      },
      "36": { class_type: "StableCascade_StageB_Conditioning", inputs: { conditioning: ["6", 0], stage_c: ["3", 0] } },
    }),
  ),
  textChunk("workflow", JSON.stringify({ nodes: [], links: [], version: 0.4 })),
);

const INVOKEAI = pictureWith(
  textChunk(
    "invokeai_metadata",
    JSON.stringify({
      app_version: "5.4.0",
      generation_mode: "sdxl_txt2img",
      positive_prompt: "ein Fuchs im Schnee, 狐",
      negative_prompt: "blurry",
      width: 896,
      height: 1152,
      seed: 4242,
      cfg_scale: 5.5,
      steps: 30,
      scheduler: "dpmpp_2m",
      model: { key: "k", hash: "h", name: "dreams", base: "sdxl", type: "main" },
      loras: [{ model: { name: "style" }, weight: 0.7 }],
    }),
  ),
);

async function drop({ page }: Playground, png: Uint8Array): Promise<void> {
  await page.evaluate(
    (bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], "picture.png", { type: "image/png" }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    [...png],
  );
}

async function paste({ page }: Playground, png: Uint8Array): Promise<void> {
  await page.evaluate(
    (bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], "picture.png", { type: "image/png" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
    },
    [...png],
  );
}

test("pictures of A1111, ComfyUI and InvokeAI give what they hold, by drop, by paste and by choosing; what can't be had is named", async ({
  playground,
}) => {
  const { page, prompt, seed } = playground;
  const negative = page.getByRole("textbox", { name: "Negative prompt" });
  const field = (name: string) => page.getByRole("textbox", { name, exact: true });
  await playground.open("?backend=wasm");
  await playground.setAdvanced({});

  await drop(playground, A1111);
  await expect(page.getByText("Settings taken from A1111. Not taken: sampler Euler a.")).toBeVisible();
  await expect(prompt).toHaveValue("a (red:1.2) fox");
  await expect(negative).toHaveValue("blurry");
  await expect(seed).toHaveValue("123");
  await expect(field("Stage C steps")).toHaveValue("25");
  await expect(field("Stage C guidance")).toHaveValue("7.5");
  await expect(field("Width")).toHaveValue("768");
  await expect(field("Height")).toHaveValue("512");

  await paste(playground, COMFYUI);
  await expect(page.getByText(/^Settings taken from ComfyUI\. Not taken: .*sampler euler_ancestral/)).toContainText(
    "node UNETLoader (stable_cascade_stage_c.safetensors)",
  );
  await expect(prompt).toHaveValue("a lighthouse at dusk");
  await expect(negative).toHaveValue("people");
  await expect(seed).toHaveValue("99");
  await expect(field("Stage C steps")).toHaveValue("12");
  await expect(field("Stage B steps")).toHaveValue("7");
  await expect(field("Stage B guidance")).toHaveValue("1.1");
  await expect(page.getByRole("radio", { name: "1:1" })).toBeChecked();

  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Take settings from a picture" }).click();
  await (await chooser).setFiles({ name: "picture.png", mimeType: "image/png", buffer: Buffer.from(INVOKEAI) });
  await expect(page.getByText("Settings taken from InvokeAI. Not taken: model dreams; scheduler dpmpp_2m; 1 LoRA.")).toBeVisible();
  await expect(prompt).toHaveValue("ein Fuchs im Schnee, 狐");
  await expect(seed).toHaveValue("4242");
  await expect(page.getByRole("radio", { name: "4:5" })).toBeChecked();
  await expect(page.getByText("896 × 1152 pixels")).toBeVisible();

  // One that carries nothing changes nothing.
  await paste(playground, pictureWith());
  await expect(page.getByText(/^This picture carries no settings/)).toBeVisible();
  await expect(prompt).toHaveValue("ein Fuchs im Schnee, 狐");
});

test("a picture whose weights were cut down says so: under it, after a reload, beside another, and in its file", async ({ playground }) => {
  const { page, prompt, seed } = playground;
  // As after memory ran out twice; the embedded model is too small for that.
  await sabotageWorker(
    page,
    `self.addEventListener("message", ({ data }) => {
       if (data?.path?.[0] === "load") data.argumentList[0].value.precision = "q4";
     });`,
  );
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  await seed.fill("7");
  await prompt.press("Control+Enter");
  await playground.finished("a star");
  const facts = page.getByText(/^Seed 7 · 256 × 256 · [^·]+ · weights at 4 bits$/);
  await expect(facts).toBeVisible();

  await page.unrouteAll();
  await page.reload();
  await page.getByRole("button", { name: "Show: a star, seed 7" }).click();
  await expect(facts).toBeVisible();
  const download = page.waitForEvent("download");
  await playground.download.click();
  const file = await readFile(await (await download).path());
  expect(file.toString("latin1")).toContain(", Weights: q4, ");
  await drop(playground, file);
  await expect(page.getByText("Settings taken from Cascade playground. Not taken: weights at 4 bits.")).toBeVisible();

  await prompt.press("Control+Enter");
  await expect(page.getByText(/^Seed 7 · 256 × 256 · [^·]+$/)).toBeVisible();
  await page.getByRole("button", { name: "Compare with the picture shown: a star, seed 7" }).last().click();
  await expect(page.getByRole("dialog").locator("figcaption")).toHaveText(["weights as stored", "weights at 4 bits"]);
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("button", { name: "Show: a star, seed 7" }).last().click();
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await expect(page.getByText(/^Seed 7 · 256 × 256 · [^·]+ · Gewichte mit 4 Bit$/)).toBeVisible();
});
