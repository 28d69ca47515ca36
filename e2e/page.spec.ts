import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "./playground.ts";
import { expectShown } from "./watch-runs.ts";

const WORDS = resolve(import.meta.dirname, "../public/models/mini/words.json");

test("page and worker are served isolated, under a policy without unsafe-eval, from this origin alone", async ({ playground }) => {
  const { page } = playground;
  const seen = new Map<string, string>();
  page.on("response", (response) => seen.set(new URL(response.url()).pathname, response.headers()["content-security-policy"] ?? ""));
  await playground.open();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const paths = [...seen.keys()];
  const worker = paths.find((path) => /\/cascade-[\w-]+\.js$/.test(path)) ?? "no worker";
  for (const path of ["/", worker]) {
    expect(seen.get(path), path).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(seen.get(path), path).not.toContain("'unsafe-eval'");
  }
  // The watch for foreign requests sees the worker's, too.
  expect(paths).toContain("/models/mini/cascade.json");
});

test("what can't be drawn is said in a sentence, at its field", async ({ playground }) => {
  const { page, prompt, generate, seed } = playground;
  await playground.open("?backend=wasm");
  await generate.click();
  await expect(page.getByRole("alert")).toHaveText("The prompt is empty. Write what the picture should show.");
  await expect(prompt).toBeFocused();
  await prompt.fill("a fox");
  await expect(page.getByRole("alert")).toHaveCount(0);

  await seed.fill("my birthday");
  await seed.press("Tab");
  await expect(page.getByRole("alert")).toHaveText(/^The seed must be/);
  await expect(page.getByRole("button", { name: "Random seed" })).toBeFocused();
  await generate.click();
  await expect(seed).toBeFocused();
  await expect(page.getByRole("alert")).toHaveText(/^The seed must be a whole number from 0 to 4294967295\./);
  await expect(seed).toHaveAttribute("aria-invalid", "true");
  await expect(seed).toHaveValue("my birthday");
  await page.getByRole("button", { name: "Random seed" }).click();
  await expect(seed).toHaveValue(/^\d+$/);
  await expect(page.getByRole("alert")).toHaveCount(0);

  await playground.setAdvanced({ "Stage C steps": "0" });
  await page.getByText("Advanced", { exact: true }).click();
  await prompt.press("Control+Enter");
  await expect(page.getByRole("alert")).toHaveText(/^Stage C steps must be a whole number from 1 to 200\./);
  await expect(page.getByRole("textbox", { name: "Stage C steps" })).toBeFocused();
  await expect(page.getByRole("progressbar")).toBeHidden();
});

test("sizes by aspect ratio, lying and upright, and typed ones in the model's steps", async ({ playground }) => {
  const { page } = playground;
  await playground.open("?backend=wasm");
  for (const name of ["1:1", "5:4", "4:3", "3:2", "16:9", "21:9", "Custom"]) await expect(page.getByRole("radio", { name })).toBeVisible();
  await expect(page.getByText("1024 × 1024 pixels")).toBeVisible();
  await page.getByRole("radio", { name: "16:9" }).check();
  await expect(page.getByText("1408 × 768 pixels")).toBeVisible();
  await page.getByRole("switch", { name: "Portrait format" }).check();
  await expect(page.getByText("768 × 1408 pixels")).toBeVisible();
  await expect(page.getByRole("radio", { name: "9:16" })).toBeChecked();
  await page.getByRole("radio", { name: "Custom" }).check();
  await page.getByRole("textbox", { name: "Width" }).fill("700");
  await page.getByRole("textbox", { name: "Height" }).fill("500");
  await expect(page.getByText("640 × 512 pixels. This model makes sides that are multiples of 128.")).toBeVisible();
  await page.getByRole("textbox", { name: "Height" }).fill("9000");
  await page.getByRole("textbox", { name: "Height" }).press("Tab");
  await expect(page.getByRole("alert")).toHaveText("The height must be a whole number from 64 to 4096. Leave it empty for 1024.");
});

test("examples are what this model can draw, and a style says when its words mean nothing to it", async ({ playground }) => {
  const { page, prompt } = playground;
  await playground.open("?backend=wasm");
  const examples = page.getByRole("list", { name: "Example prompts" }).getByRole("button");
  const own: string[] = JSON.parse(await readFile(WORDS, "utf8")).examples;
  await expect(examples).toHaveCount(own.length);
  for (const [i, prompted] of own.entries()) {
    await prompt.fill("zeppelin");
    await expect(page.getByText("This model does not know: zeppelin.")).toBeVisible();
    await examples.nth(i).click();
    await expect(prompt).toHaveValue(prompted);
    // Every word is a token of its own.
    await expect(page.getByText(`${prompted.split(" ").length} of 75 tokens`, { exact: true })).toBeVisible();
  }
  await prompt.fill("an apple and a zeppelin");
  await expect(page.getByText("This model does not know: zeppelin.")).toBeVisible();
  await prompt.fill("a star");
  const style = page.getByRole("combobox", { name: "Style" });
  await style.selectOption("On black");
  await expect(page.getByText("6 of 75 tokens")).toBeVisible();
  await expect(page.getByText("This model does not know this style's words.")).toBeHidden();
  await style.selectOption("Watercolour");
  await expect(page.getByText("This model does not know this style's words.")).toBeVisible();
});

test("what was typed and chosen is there after a reload", async ({ playground }) => {
  const { page, prompt, seed } = playground;
  await playground.open("?backend=wasm");
  await page.getByRole("list", { name: "Example prompts" }).getByRole("button").first().click();
  const [example = ""]: string[] = JSON.parse(await readFile(WORDS, "utf8")).examples;
  await expect(prompt).toHaveValue(example);
  await seed.fill("42");
  await page.getByRole("textbox", { name: "Negative prompt" }).fill("blurry");
  await page.getByRole("radio", { name: "4:3" }).check();
  await page.getByRole("switch", { name: "Portrait format" }).check();
  await playground.setAdvanced({ "Stage B guidance": "1.5" });
  await playground.open();
  await expect(prompt).toHaveValue(example);
  await expect(seed).toHaveValue("42");
  await expect(page.getByRole("textbox", { name: "Negative prompt" })).toHaveValue("blurry");
  await expect(page.getByRole("radio", { name: "3:4" })).toBeChecked();
  await playground.setAdvanced({});
  await expect(page.getByRole("textbox", { name: "Stage B guidance" })).toHaveValue("1.5");
  // The address' backend was for that visit.
  await expect(page.getByRole("combobox", { name: "Backend" })).toHaveValue("auto");
});

test("a backend chosen on the page goes before the address's, and stays", async ({ playground }) => {
  const { page } = playground;
  const backend = page.getByRole("combobox", { name: "Backend" });
  await playground.open("?backend=webgpu");
  await playground.setAdvanced({});
  await expect(backend).toHaveValue("webgpu");
  await backend.selectOption("WASM");
  await expect(page.getByText("on WASM")).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
  await playground.open();
  await playground.setAdvanced({});
  await expect(backend).toHaveValue("wasm");
});

test("a model that can't be read is said with what to do, and nothing typed is lost", async ({ page }) => {
  await page.route("**/models/mini/cascade.json", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto("./");
  await expect(page.getByRole("alert")).toContainText("cascade.json");
  const prompt = page.getByRole("textbox", { name: "Prompt", exact: true });
  await prompt.fill("a fox");
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.getByRole("alert")).toContainText("cascade.json");
  await expect(prompt).toHaveValue("a fox");
  await page.unroute("**/models/mini/cascade.json");
  await page.getByRole("button", { name: "Generate" }).click();
  await expectShown(page, /^Stage C/);
});

test("the words a model knows are listed by kind, and one press puts one where the caret is", async ({ playground }) => {
  const { page, prompt } = playground;
  const { objects, shapes, colors } = JSON.parse(await readFile(WORDS, "utf8"));
  await playground.open("?backend=wasm");
  await page.getByText("Words this model knows").click();
  const list = (name: string) => page.getByRole("list", { name, exact: true }).getByRole("button");
  await expect(list("Things")).toHaveText(objects);
  await expect(list("Shapes")).toHaveText(shapes);
  await expect(list("Colours, of shapes and backgrounds")).toHaveText(colors);
  await prompt.fill("a on a blue background");
  await prompt.press("Home");
  await prompt.press("ArrowRight");
  await page.getByRole("button", { name: "red", exact: true }).click();
  await page.getByRole("button", { name: "heart", exact: true }).press("Enter");
  await expect(prompt).toHaveValue("a red heart on a blue background");
  await expect(page.getByRole("button", { name: "heart", exact: true })).toBeFocused();
  await expect(page.getByRole("status").filter({ hasText: "Prompt: a red heart on a blue background" })).toBeAttached();
});

test("a model that says nothing of its words gets the general examples it can read, and no list", async ({ playground }) => {
  const { page } = playground;
  await page.route("**/models/mini/words.json", (route) => route.fulfill({ json: null }));
  await playground.open("?backend=wasm");
  await expect(page.getByRole("list", { name: "Example prompts" }).getByRole("button", { name: "rocket" })).toBeVisible();
  await expect(page.getByText("Words this model knows")).toBeHidden();
});

test("weights, alternatives and wildcards are explained, counted and read; the picture says which were taken", async ({ playground }) => {
  const { page, prompt, seed } = playground;
  await playground.open("?backend=wasm");
  await page.getByText("Signs in a prompt").click();
  for (const sign of ["(fox:1.2)", "[fox]", "{red|blue}", "__animal__"]) await expect(page.getByRole("term").getByText(sign)).toBeVisible();
  const signs = "a ({red|blue}:1.2) [heart] __animal__ on a white background";
  await prompt.fill(signs);
  await expect(page.getByText("8 of 75 tokens", { exact: true })).toBeVisible();
  await playground.setSmall();
  await seed.fill("7");
  await prompt.press("Control+Enter");
  await playground.finished(signs);
  const read = page.getByText(/^The prompt was read as "a \((red|blue):1\.2\) \[heart\] [a-z]+ on a white background"\.$/);
  await expect(read).toBeVisible();
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await expect(page.getByText(/^Der Prompt wurde gelesen als „a \((red|blue):1\.2\)/)).toBeVisible();
  await expect(page.getByText("WebAssembly auf dem Prozessor, wie gewählt.")).toBeVisible();
});
