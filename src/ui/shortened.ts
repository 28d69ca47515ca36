/** The beginning of a text, at most this many characters, with an ellipsis where it goes on; a character is never cut in two. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most).join("").trimEnd()} …`;
}
