import { expectAccessible } from "./axe.ts";
import { expect, test } from "./playground.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing in ${colorScheme}: empty, drawing, with a picture, queue and history, and with an error; at 1280 and 360 px`, async ({
    playground,
  }) => {
    const { page, prompt, generate } = playground;
    const problems = (view: string) => expectAccessible(page, view);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await playground.open("?backend=wasm");
    await playground.setSmall();
    await page.getByText("Compare", { exact: true }).click();
    await page.getByText("Words this model knows").click();
    await page.getByText("Signs in a prompt").click();
    await problems("empty");
    await generate.click();
    await expect(page.getByRole("alert")).toBeVisible();
    await problems("an error");
    await prompt.fill("a star");
    await page.getByRole("textbox", { name: "Pictures" }).fill("2");
    await playground.startAndPauseAt(/^Stage C, step/);
    await expect(page.getByRole("list", { name: "Waiting pictures" })).toBeVisible();
    await problems("drawing");
    await page.getByRole("button", { name: "Clear queue" }).click();
    await playground.resume();
    await playground.finished("a star");
    await page.getByText("Time and memory").click();
    await problems("a picture");
    await page.getByRole("button", { name: "Enlarge the picture" }).click();
    await problems("the picture, large");
    await page.keyboard.press("Escape");
    await page
      .getByRole("button", { name: /^Compare with the picture shown/ })
      .first()
      .click();
    await problems("two side by side");
  });
}
