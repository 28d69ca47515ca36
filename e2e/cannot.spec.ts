import { expect, test } from "./playground.ts";
import { repairWorker, sabotageWorker } from "./sabotage.ts";

const NO_GPU = 'Object.defineProperty(WorkerNavigator.prototype, "gpu", { value: undefined })';

test("without WebGPU the processor draws, and the page says about how long; where WebGPU was demanded, the way out is a button", async ({
  playground,
}) => {
  const { page, prompt } = playground;
  await sabotageWorker(page, NO_GPU);
  await playground.open();
  await expect(page.getByText("This browser has no WebGPU, so the processor draws, by WebAssembly.")).toBeVisible();
  await expect(page.getByText(/^Takes very roughly .+ on this device; the first one tells more\.$/)).toBeVisible();
  await page.goto("./?backend=webgpu");
  await expect(page.getByRole("alert")).toHaveText(/no WebGPU adapter: choose WebAssembly or Automatic/);
  await prompt.fill("a star");
  await page.getByRole("button", { name: "Use WebAssembly instead" }).click();
  await expect(page.getByText("on WASM")).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(prompt).toHaveValue("a star");
});

test("a GPU without half precision is said, and one with too small limits is left to the processor", async ({ playground }) => {
  const { page } = playground;
  const adapter = (name: string, value: string) => `Object.defineProperty(GPUAdapter.prototype, "${name}", { get: () => (${value}) })`;
  // Not a software adapter, as far as the page can tell.
  const real = adapter("info", '{ vendor: "acme", architecture: "one", description: "", isFallbackAdapter: false }');
  const small = adapter("limits", "{ maxStorageBufferBindingSize: 64 * 2 ** 20, maxStorageBuffersPerShaderStage: 8 }");
  await sabotageWorker(page, `${real}; ${small}`);
  await playground.open();
  await expect(
    page.getByText("This GPU's buffers hold 64 MB, less than the 128 MB the model needs, so the processor draws."),
  ).toBeVisible();
  await page.goto("./?backend=webgpu");
  await expect(page.getByRole("alert")).toHaveText(/buffers hold 64 MB.*choose WebAssembly or Automatic/);
  await repairWorker(page);
  await sabotageWorker(
    page,
    `const all = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, "features").get;
     Object.defineProperty(GPUAdapter.prototype, "features", {
       get() { return new Set([...all.call(this)].filter((name) => name !== "shader-f16")); },
     })`,
  );
  await page.goto("./?backend=webgpu");
  await expect(page.getByText(/^WebGPU on .*, without half precision \(shader-f16\), as you chose\./)).toBeVisible({ timeout: 240_000 });
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a browser that stores nothing draws all the same, and says that the picture goes with the page", async ({ playground }) => {
  const { page, prompt } = playground;
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The user denied permission to access the database.", "SecurityError");
    };
    Storage.prototype.setItem = Storage.prototype.getItem = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
  });
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  await prompt.press("Control+Enter");
  await playground.finished("a star");
  await expect(page.getByText("The browser stores nothing here: this picture goes when the page is closed.")).toBeVisible();
  // For this visit it is kept like any other.
  await page.getByRole("button", { name: /^Show: a star/ }).click();
  await expect(playground.picture("a star")).toBeVisible();
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await expect(page.getByRole("button", { name: "Erzeugen" })).toBeVisible();
});

test("a browser that refuses Web Locks, as where all of a site's data is blocked, draws all the same", async ({ playground }) => {
  const { page, prompt } = playground;
  const refused = 'LockManager.prototype.request = () => Promise.reject(new DOMException("Access is denied.", "SecurityError"));';
  await page.addInitScript(refused);
  await sabotageWorker(page, refused);
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  await prompt.press("Control+Enter");
  await playground.finished("a star");
});

test("before the storage is full the page says so, and a picture that has no room is shown and can be downloaded", async ({
  playground,
}) => {
  const { page, prompt } = playground;
  await page.addInitScript(() => {
    const room = { usage: 0, quota: 40 * 2 ** 20 };
    Object.assign(window, { room });
    StorageManager.prototype.estimate = async () => room;
  });
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  await prompt.press("Control+Enter");
  await playground.finished("a star");
  await expect(page.getByText(/^The browser's storage is nearly full \(36 MB are left\)/)).toBeVisible();
  await page.evaluate(() => Object.assign((window as unknown as { room: { usage: number } }).room, { usage: 36 * 2 ** 20 }));
  await prompt.fill("a heart");
  await prompt.press("Control+Enter");
  await playground.finished("a heart");
  await expect(page.getByText(/^This picture was not kept in the history/)).toBeVisible();
  await expect(playground.download).toBeVisible();
});

test("a step that hangs is ended with its worker within moments, and the next picture is drawn", async ({ playground }) => {
  const { page, prompt, cancel } = playground;
  await playground.open("?backend=wasm");
  await playground.setSmall(2);
  await prompt.fill("a star");
  await playground.startAndPauseAt(/^Stage C, step 1/);
  const [worker] = page.workers();
  worker
    ?.evaluate(() => {
      for (;;);
    })
    .catch(() => {}); // ends with the worker
  await page.keyboard.press("Escape");
  await expect(cancel).toBeHidden({ timeout: 5_000 });
  await expect(page.getByRole("status").filter({ hasText: "Cancelled." })).toBeAttached();
  await playground.resume();
  await playground.setSmall();
  await prompt.press("Control+Enter");
  await playground.finished("a star");
});

test("a worker that the browser ends is noticed; nothing is lost, and the run goes on from its last step", async ({ playground }) => {
  const { page, prompt } = playground;
  await playground.open("?backend=wasm");
  await playground.setSmall(3);
  await prompt.fill("a star");
  await playground.startAndPauseAt(/^Stage C, step 2/);
  await page.workers()[0]?.evaluate(() => self.close());
  await expect(page.getByRole("alert")).toHaveText(/worker.*generate again/);
  await expect(prompt).toHaveValue("a star");
  await playground.resume();
  await page.getByRole("button", { name: "Continue" }).click();
  await playground.finished("a star");
});

test("memory that runs out is said with what to do, and the settings stay", async ({ playground }) => {
  const { page, prompt } = playground;
  // 20 MB for a model that needs more.
  await sabotageWorker(
    page,
    `const { Memory } = WebAssembly;
     WebAssembly.Memory = class extends Memory {
       constructor(descriptor) { super({ ...descriptor, maximum: descriptor.initial + 64 }); }
     };`,
  );
  await page.goto("./?backend=wasm");
  await prompt.fill("a star");
  await prompt.press("Control+Enter");
  await expect(page.getByRole("alert")).toHaveText(
    /^Memory ran out: close other tabs or programs, or choose a smaller model or picture\./,
    {
      timeout: 240_000,
    },
  );
  await expect(prompt).toHaveValue("a star");
  await repairWorker(page);
  await playground.setSmall();
  await prompt.press("Control+Enter");
  await playground.finished("a star");
});

test("a lost graphics device is said, and the processor takes over by one press", async ({ playground }) => {
  test.setTimeout(600_000);
  const { page, prompt } = playground;
  await sabotageWorker(
    page,
    `const request = GPUAdapter.prototype.requestDevice;
     self.devices = [];
     GPUAdapter.prototype.requestDevice = async function (...args) {
       const device = await request.apply(this, args);
       self.devices.push(device);
       return device;
     }`,
  );
  await page.goto("./?backend=webgpu");
  await expect(page.getByText("on WebGPU")).toBeVisible({ timeout: 300_000 });
  await playground.setSmall();
  await prompt.fill("a star");
  await playground.startAndPauseAt(/^(Loading )?Stage C/);
  // Of those that were tried at the start, one is in use.
  await page.workers()[0]?.evaluate(() => {
    for (const device of (self as unknown as { devices: { destroy(): void }[] }).devices) device.destroy();
  });
  await playground.resume();
  await expect(page.getByRole("alert")).toHaveText(/^The graphics device was lost .*generate again/, { timeout: 240_000 });
  await expect(prompt).toHaveValue("a star");
  await page.getByRole("button", { name: "Use WebAssembly instead" }).click();
  await expect(page.getByText("on WASM")).toBeVisible();
  await prompt.press("Control+Enter");
  await playground.finished("a star");
});
