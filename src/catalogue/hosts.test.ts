import { expect, test } from "vitest";
import { policyFor } from "../offline/security-headers.ts";
import { HUB, HUB_DATA } from "../shared/hub-hosts.ts";
import { CATALOGUE, jobOf } from "./catalogue.ts";
import { hostsOf } from "./hosts.ts";

test("the hub and its mirrors come with the hub's file servers, a plain host with itself alone", () => {
  expect(hostsOf([HUB])).toEqual([...HUB_DATA, HUB].sort());
  expect(hostsOf(["https://mirror.example"])).toEqual([...HUB_DATA, "https://mirror.example"].sort());
  expect(hostsOf(["https://mirror.example/org/name/tree/main/folder"])).toContain(HUB_DATA[0]);
  expect(hostsOf(["https://files.example/models/mine/", "https://files.example/other/c.safetensors"])).toEqual(["https://files.example"]);
});

test("the policy takes what a job of the catalogue needs", () => {
  for (const model of CATALOGUE) {
    const { parts, tokenizer } = jobOf(model, "q4");
    const urls = [...Object.values(parts).flat(), ...tokenizer].flatMap((ref) => ("url" in ref ? [ref.url] : []));
    const hosts = hostsOf(urls);
    expect(policyFor(`/assets/convert-X.js?hosts=${hosts.join(",")}`)).toContain(`connect-src 'self' ${hosts.join(" ")};`);
  }
});
