import { expect, test } from "./playground.ts";

test("cancelling leaves the page ready, and a second prompt works, by keyboard alone", async ({ playground }) => {
  const { page, prompt, generate, cancel } = playground;
  await playground.open("?backend=wasm");
  // More steps than are done before the key is pressed.
  await playground.setSmall(200);
  await prompt.fill("a cat on a blue background");
  await prompt.press("Control+Enter");
  await expect(playground.progress(/^Stage C, step \d+ of 200$/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(cancel).toBeHidden();
  await expect(page.getByRole("status").filter({ hasText: "Cancelled." })).toBeAttached();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(prompt).toHaveValue("a cat on a blue background");

  await generate.click();
  await cancel.click();
  await expect(cancel).toBeHidden();
  await expect(generate).toBeFocused();

  await playground.setSmall();
  await prompt.fill("an apple on a white background");
  await prompt.press("Control+Enter");
  await playground.finished("an apple on a white background");

  // A cancelled third one leaves the second's picture where it was.
  await playground.setSmall(200);
  await generate.click();
  await expect(playground.progress(/^Stage C, step \d+ of 200$/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(cancel).toBeHidden();
  await expect(playground.picture("an apple on a white background")).toBeVisible();
});
