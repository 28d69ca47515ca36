import { CascadeError } from "../../shared/errors.ts";
import { problemOf } from "../problem-of.ts";
import type { Problem } from "../state.ts";
import { t } from "../strings/language.ts";

/** What went wrong with a model, as the dialogue shows it: the same cause asks for something else there than while a picture is drawn. */
export function modelProblem(error: unknown): Problem {
  if (!(error instanceof CascadeError)) return problemOf(error);
  return { message: t().models.problem(error.code, error.message), code: error.code };
}
