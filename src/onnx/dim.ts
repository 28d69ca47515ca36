/**
 * Dimensions that may be unknown while a graph is built: integers, or polynomials in named ones ("batch", "height") and in whole
 * quotients of such ("floor(height/2)"). Two are the same when their canonical text is.
 */
export type Dim = number | SymbolicDim;
export type Shape = readonly Dim[];

/** A polynomial: monomial (sorted factors joined by "*", "" for the constant) -> coefficient. Made by the functions below. */
export class SymbolicDim {
  constructor(private readonly terms: ReadonlyMap<string, number>) {}

  /** Canonical text, e.g. "height*width + 85"; used as ONNX's dim_param. */
  toString(): string {
    return this.entries()
      .map(([monomial, c]) => (monomial === "" ? `${c}` : c === 1 ? monomial : `${c}*${monomial}`))
      .join(" + ");
  }

  entries(): (readonly [string, number])[] {
    return [...this.terms].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  }
}

/** An unknown dimension by name. */
export function dim(name: string): Dim {
  return new SymbolicDim(new Map([[name, 1]]));
}

export function addDims(...dims: readonly Dim[]): Dim {
  return polynomial(dims.flatMap(entriesOf));
}

export function mulDims(...dims: readonly Dim[]): Dim {
  return dims.reduce((a, b) =>
    polynomial(
      entriesOf(a).flatMap(([m, c]) =>
        entriesOf(b).map(([n, d]): readonly [string, number] => [[...factors(m), ...factors(n)].sort().join("*"), c * d]),
      ),
    ),
  );
}

/** floor(x / n): terms that n divides leave the floor, the rest stays a quotient by name. */
export function floorDiv(x: Dim, n: number): Dim {
  if (typeof x === "number") return Math.floor(x / n);
  const whole = x.entries().map(([m, c]): readonly [string, number] => [m, m === "" ? Math.floor(c / n) : c % n === 0 ? c / n : 0]);
  const rest = polynomial(x.entries().map(([m, c]) => [m, m === "" ? c - Math.floor(c / n) * n : c % n === 0 ? 0 : c]));
  if (typeof rest === "number") return polynomial(whole);
  const text = `${rest}`.replaceAll(" ", "").replaceAll("*", "."); // must stay one factor of a monomial
  return addDims(polynomial(whole), dim(`floor(${rest.entries().length > 1 ? `(${text})` : text}/${n})`));
}

export function sameDim(a: Dim, b: Dim): boolean {
  return `${a}` === `${b}`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => sameDim(d, b[i] ?? -1));
}

/** Text of a shape for error messages. */
export function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

function factors(monomial: string): string[] {
  return monomial === "" ? [] : monomial.split("*");
}

function entriesOf(x: Dim): (readonly [string, number])[] {
  return typeof x === "number" ? [["", x]] : x.entries();
}

function polynomial(entries: readonly (readonly [string, number])[]): Dim {
  const terms = new Map<string, number>();
  for (const [monomial, c] of entries) terms.set(monomial, (terms.get(monomial) ?? 0) + c);
  for (const [monomial, c] of terms) if (c === 0) terms.delete(monomial);
  if (terms.size === 0) return 0;
  const constant = terms.get("");
  if (terms.size === 1 && constant !== undefined) return constant;
  return new SymbolicDim(terms);
}
