import { expect, test } from "./models-page.ts";

test("own files become a model, which draws, is there after a reload, and is deleted", async ({ models, checkpoints }) => {
  const { page, dialog, prompt } = models;
  await models.open("?backend=wasm");
  await models.convertOwn(checkpoints);
  await models.button("Use it now").click();
  await models.openModels("On this device");
  await expect(models.stored("small").getByText("In use")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/^small, \d+ million parameters, on WASM/)).toBeVisible();
  await models.setSmall();
  await prompt.fill("a star");
  await prompt.press("Control+Enter");
  await models.finished("a star", 120_000);

  await models.open();
  await expect(page.getByText(/^small, \d+ million parameters/)).toBeVisible();
  await models.openModels();
  await models.button("Delete: small").click();
  await expect(models.button("Keep it")).toBeFocused();
  await models.button("Delete it").click();
  await expect(models.stored("small")).toHaveCount(0);
  await models.open();
  await expect(page.getByText("The embedded model is used, because “small-q4” could not be opened.")).toBeVisible();
});
