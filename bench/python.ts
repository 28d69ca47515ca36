import { execFileSync } from "node:child_process";

const needs = ["torch", "diffusers", "onnx", "onnxscript", "onnxruntime"];

/** A Python that has what the exporter needs ($PYTHON, else python3), or the reason why there is none. */
export function findPython(): { python: string } | { reason: string } {
  const python = process.env.PYTHON ?? "python3";
  try {
    execFileSync(python, ["-c", needs.map((name) => `import importlib.util as u; assert u.find_spec("${name}"), "${name}"`).join("; ")], {
      stdio: "pipe",
    });
    return { python };
  } catch (error) {
    const missing = /AssertionError: (\w+)/.exec(String((error as { stderr?: Buffer }).stderr ?? ""))?.[1];
    return { reason: missing === undefined ? `no Python at "${python}"` : `"${python}" has no ${missing}` };
  }
}
