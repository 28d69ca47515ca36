import { expect, test } from "vitest";
import { safeAddress } from "./address.ts";

test.each(["https://example.org/models/mine/", " https://hub.example.org ", "http://localhost:8080/a/", "http://127.0.0.1:1/"])(
  "%s is taken",
  (text) => expect(safeAddress(text)).toBeInstanceOf(URL),
);

test.each([
  "",
  "example.org",
  "http://example.org/",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "https://me:secret@example.org/",
  "blob:https://a/b",
])("%s is refused", (text) => expect(safeAddress(text)).toBeUndefined());
