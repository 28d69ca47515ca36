import { CascadeError, messageOf } from "../shared/errors.ts";
import type { Problem } from "./state.ts";
import { t } from "./strings/language.ts";
import { told } from "./strings/told.ts";

/** An error as it is shown; one that is not meant for the user says so. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CascadeError) {
    const cause = t().app.causes[error.code];
    const message = told(error.message);
    return { message: cause === undefined ? message : `${cause} (${message})`, code: error.code };
  }
  return { message: t().app.wrongInside(messageOf(error)) };
}
