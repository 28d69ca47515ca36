import { createCascade } from "./client/cascade-client.ts";
import { startAppVersion } from "./offline/app-version.ts";
import { startPlayground } from "./ui/playground.ts";
import "./ui/style/index.css";

const root = document.querySelector("main");
if (root === null) throw new Error("index.html has no main element");

await startPlayground(root, {
  createCascade,
  modelUrl: new URL("models/mini/", document.baseURI).href,
  query: new URLSearchParams(location.search),
  ...(import.meta.env.PROD && { startVersion: startAppVersion }),
});
